using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Contracts.Tests.Support;

/// <summary>Fixed ids, keys and commitments.</summary>
internal static class Ids
{
    public static MemberId Member(int n) => new((UInt128)n);

    public static OrganizationId Organization(int n) => new((UInt128)n);

    public static PaymentId Payment(int n) => new((UInt128)n);

    public static ImportId Import(int n) => new((UInt128)n);

    public static Salt Code(int n) => new((UInt128)n);

    public static Hash32 Hash(int n) => Hash32.Of(BitConverter.GetBytes(n));

    public static PublicKeyValue Key(int n) => PublicKeyValue.From("es256", [2, .. Hash(n).ToArray()]);

    /// <summary>A bound key of a member.</summary>
    public static Actor By(MemberId member)
    {
        var key = Key((int)member.Value);
        return new Actor(key.Id, key, member);
    }

    /// <summary>A key that a command introduces, bound to nobody yet.</summary>
    public static Actor Unbound(int n) => new(Key(n).Id, Key(n), null);

    public static Month M(string text) => Month.TryParse(text, out var month) ? month : throw new FormatException(text);

    public static DateOnly D(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd");

    public static Amount Y(string text) => Amount.TryParse(text, out var amount) ? amount : throw new FormatException(text);
}
