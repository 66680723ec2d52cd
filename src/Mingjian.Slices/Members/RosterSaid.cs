using System.Text.Json;
using Mingjian.Contracts.Dues;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <summary>All that an officer has said about an uploaded roster.</summary>
/// <param name="Mapping">As chosen on the page.</param>
/// <param name="Aliases">Branch names of the file that mean a branch of another name.</param>
/// <param name="Founded">Branch names of the file that are to be founded: the new id and the committee above.</param>
internal sealed record RosterSaid(
    RosterMapping Mapping, IReadOnlyDictionary<string, OrganizationId> Aliases, IReadOnlyDictionary<string, (OrganizationId Branch, OrganizationId Higher)> Founded)
{
    public static readonly RosterSaid Nothing = new(
        RosterMapping.None, new Dictionary<string, OrganizationId>(StringComparer.Ordinal),
        new Dictionary<string, (OrganizationId, OrganizationId)>(StringComparer.Ordinal));

    /// <summary>The key of a field in pages and stored choices.</summary>
    public static string KeyOf(RosterField field) => field.ToString();

    public static RosterField? FieldOf(string? key) => Enum.TryParse<RosterField>(key, out var field) && Enum.IsDefined(field) ? field : null;

    /// <summary>For the reader.</summary>
    /// <param name="remembered">The organisation's earlier choices: numbers of fields by heading.</param>
    public RosterChoices Choices(IReadOnlyDictionary<string, int> remembered) => new()
    {
        Sheet = Mapping.Sheet,
        Encoding = Mapping.Encoding is { } name && Workbooks.TextEncodings.Names.Contains(name, StringComparer.Ordinal) ? name : null,
        Columns = Mapping.Columns.ToDictionary(c => c.Key, c => FieldOf(c.Value)),
        Remembered = remembered.ToDictionary(
            h => h.Key, h => Enum.IsDefined((RosterField)h.Value) ? (RosterField)h.Value : (RosterField?)null, StringComparer.Ordinal),
        Days = Mapping.Days.Where(d => FieldOf(d.Key) is not null)
            .ToDictionary(d => FieldOf(d.Key)!.Value, d => d.Value == RosterMapping.Last ? MonthDay.Last : MonthDay.First),
        Branch = Mapping.Branch,
        Class = Mapping.Class is { } chosen && Enum.IsDefined(chosen) ? chosen : null,
    };

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(new Form(
        Mapping.Sheet, Mapping.Encoding, new Dictionary<int, string?>(Mapping.Columns), new Dictionary<string, string>(Mapping.Days, StringComparer.Ordinal),
        Mapping.Branch, (int?)Mapping.Class,
        Aliases.ToDictionary(a => a.Key, a => a.Value.ToString(), StringComparer.Ordinal),
        Founded.ToDictionary(f => f.Key, f => new[] { f.Value.Branch.ToString(), f.Value.Higher.ToString() }, StringComparer.Ordinal)));

    public static RosterSaid Decode(ReadOnlySpan<byte> bytes)
    {
        var form = JsonSerializer.Deserialize<Form>(bytes)!;
        return new RosterSaid(
            new RosterMapping(form.Sheet, form.Encoding, form.Columns, form.Days, form.Branch, (DuesClass?)form.Class),
            form.Aliases.ToDictionary(a => a.Key, a => LedgerId.Parse<OrganizationId>(a.Value), StringComparer.Ordinal),
            form.Founded.ToDictionary(
                f => f.Key, f => (LedgerId.Parse<OrganizationId>(f.Value[0]), LedgerId.Parse<OrganizationId>(f.Value[1])), StringComparer.Ordinal));
    }

    private sealed record Form(
        string? Sheet, string? Encoding, Dictionary<int, string?> Columns, Dictionary<string, string> Days, string? Branch, int? Class,
        Dictionary<string, string> Aliases, Dictionary<string, string[]> Founded);
}
