using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Vault;

/// <summary>The personal record: everything of a person that must never reach the ledger.</summary>
/// <param name="Name">NFC.</param>
/// <param name="IdNumber">18 characters, GB 11643.</param>
/// <param name="Sex">1 or 2 (GB/T 2261.1).</param>
/// <param name="BirthDate">As stated in the file, which may differ from the ID number's.</param>
/// <param name="Ethnicity">GB/T 3304; null = not stated.</param>
/// <param name="Education">GB/T 4658; null = not stated.</param>
/// <param name="Job">Null = not stated.</param>
/// <param name="Phone">Null = not stated.</param>
/// <param name="Address">Null = not stated.</param>
/// <param name="OtherPhone">A second number; null = not stated.</param>
public sealed record PersonRecord(
    string Name, string IdNumber, int Sex, DateOnly BirthDate, string? Ethnicity = null, string? Education = null, string? Job = null,
    string? Phone = null, string? Address = null, string? OtherPhone = null)
{
    /// <summary>The record with every free text in NFC, as it is stored and committed to.</summary>
    internal PersonRecord InNfc() => this with
    {
        Name = Nfc.Of(Name),
        Job = Job is null ? null : Nfc.Of(Job),
        Phone = Phone is null ? null : Nfc.Of(Phone),
        Address = Address is null ? null : Nfc.Of(Address),
        OtherPhone = OtherPhone is null ? null : Nfc.Of(OtherPhone),
    };
}

/// <summary>Canonical JSON of the record: these bytes are what the ledger's commitment opens to.</summary>
[JsonSerializable(typeof(PersonRecord))]
internal sealed partial class PersonRecordJson : JsonSerializerContext
{
    public static JsonTypeInfo<PersonRecord> Canonical { get; } =
        (JsonTypeInfo<PersonRecord>)CanonicalJson.CreateOptions(new PersonRecordJson()).GetTypeInfo(typeof(PersonRecord));
}

/// <summary>A person to be stored, with the base of the dues where there is one.</summary>
/// <param name="Member">Fresh and random.</param>
/// <param name="Record">Stored encrypted.</param>
/// <param name="Base">Monthly base and the first month it holds for; null for classes without a base.</param>
public sealed record NewPerson(MemberId Member, PersonRecord Record, (Month From, Amount Amount)? Base = null);

/// <summary>What the ledger may know of a stored person.</summary>
/// <param name="Identity">Blind index of the ID number.</param>
/// <param name="Name">Commitment, context <c>m-…/name/1</c>.</param>
/// <param name="Record">Commitment, context <c>m-…/record/1</c>.</param>
/// <param name="Base">Commitment, context <c>m-…/base/yyyy-MM/1</c>; null without a base.</param>
public sealed record StagedPerson(MemberId Member, Hash32 Identity, Hash32 Name, Hash32 Record, Hash32? Base);

/// <summary>A committed value and the salt that opens its commitment.</summary>
public sealed record Opening(Salt Salt, string Value);
