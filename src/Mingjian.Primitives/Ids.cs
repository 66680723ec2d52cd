using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Mingjian.Primitives;

/// <summary>A random 128-bit identifier with a one-letter kind: <c>m-</c> + 32 lower-case hex digits.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1033", Justification = "The form is the same for every kind.")]
public interface ILedgerId<TSelf> : ITextValue<TSelf>
    where TSelf : struct, ILedgerId<TSelf>
{
    /// <summary>The letter that names the kind.</summary>
    static abstract char Kind { get; }

    /// <summary>Wraps the raw 128 bits.</summary>
    static abstract TSelf From(UInt128 value);

    /// <summary>The raw 128 bits.</summary>
    UInt128 Value { get; }

    /// <inheritdoc/>
    static bool ITextValue<TSelf>.TryParseUtf8(ReadOnlySpan<byte> text, out TSelf value) => LedgerId.TryParseUtf8(text, out value);

    /// <inheritdoc/>
    static int ITextValue<TSelf>.FormatUtf8(TSelf value, Span<byte> text) => LedgerId.FormatUtf8(value, text);
}

/// <summary>Shared text form and creation of ledger identifiers.</summary>
public static class LedgerId
{
    /// <summary>Characters of every identifier: a letter, a hyphen, 32 digits.</summary>
    public const int TextLength = 34;

    /// <summary>A fresh identifier from the system's cryptographic generator; never called by contracts.</summary>
    public static T New<T>()
        where T : struct, ILedgerId<T>
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return T.From(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>Reads an identifier; throws <see cref="FormatException"/> for any other spelling.</summary>
    public static T Parse<T>(string text)
        where T : struct, ILedgerId<T> =>
        T.TryParse(text, out var value) ? value : throw new FormatException($"Not a valid {typeof(T).Name}: {text}");

    internal static int FormatUtf8<T>(T id, Span<byte> text)
        where T : struct, ILedgerId<T>
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        text[0] = (byte)T.Kind;
        text[1] = (byte)'-';
        Convert.TryToHexStringLower(bytes, text[2..], out _);
        return TextLength;
    }

    internal static bool TryParseUtf8<T>(ReadOnlySpan<byte> text, out T id)
        where T : struct, ILedgerId<T>
    {
        id = default;
        Span<byte> bytes = stackalloc byte[16];
        if (text.Length != TextLength || text[0] != T.Kind || text[1] != '-' || text[2..].ContainsAnyInRange((byte)'A', (byte)'F')
            || Convert.FromHexString(text[2..], bytes, out _, out _) != OperationStatus.Done)
        {
            return false;
        }

        id = T.From(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        return true;
    }
}

/// <summary>A person on the ledger: random, never derived from personal data.</summary>
[JsonConverter(typeof(TextConverter<MemberId>))]
public readonly record struct MemberId(UInt128 Value) : ILedgerId<MemberId>
{
    public static char Kind => 'm';

    public static MemberId From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out MemberId value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}

/// <summary>A Party organisation (committee, general branch or branch) on the ledger.</summary>
[JsonConverter(typeof(TextConverter<OrganizationId>))]
public readonly record struct OrganizationId(UInt128 Value) : ILedgerId<OrganizationId>
{
    public static char Kind => 'o';

    public static OrganizationId From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out OrganizationId value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}

/// <summary>One recorded payment of dues; chosen at random by whoever records it.</summary>
[JsonConverter(typeof(TextConverter<PaymentId>))]
public readonly record struct PaymentId(UInt128 Value) : ILedgerId<PaymentId>
{
    public static char Kind => 'p';

    public static PaymentId From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out PaymentId value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}

/// <summary>One roster import, made of one or more chunk transactions.</summary>
[JsonConverter(typeof(TextConverter<ImportId>))]
public readonly record struct ImportId(UInt128 Value) : ILedgerId<ImportId>
{
    public static char Kind => 'i';

    public static ImportId From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out ImportId value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}

/// <summary>A signing key: the first 16 bytes of SHA-256 over scheme name, 0x00 and public key bytes.</summary>
[JsonConverter(typeof(TextConverter<KeyId>))]
public readonly record struct KeyId(UInt128 Value) : ILedgerId<KeyId>
{
    public static char Kind => 'k';

    public static KeyId From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out KeyId value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}

/// <summary>128 random bits that make a transaction unique.</summary>
[JsonConverter(typeof(TextConverter<Nonce>))]
public readonly record struct Nonce(UInt128 Value) : ILedgerId<Nonce>
{
    public static char Kind => 'n';

    public static Nonce From(UInt128 value) => new(value);

    public static bool TryParse(string? text, out Nonce value) => TextValue.TryParse(text, out value);

    public override string ToString() => TextValue.ToText(this);
}
