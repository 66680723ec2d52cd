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

    /// <summary>The public key of an invitation.</summary>
    public static PublicKeyValue Code(int n) => Key(50_000 + n);

    /// <summary>Who redeems an invitation: its key, and the key to be bound.</summary>
    public static Actor[] Redeeming(int code, int key) => [Unbound(key), new Actor(Code(code).Id, Code(code), null)];

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
