using System.Globalization;

namespace Mingjian.Primitives;

/// <summary>A citizen identity number by GB 11643: 17 digits and a check character. Personal data: never on the ledger.</summary>
/// <remarks>
/// The region code is not checked: old codes and the 81, 82 and 83 of residence permits are valid. <see cref="ToString"/> is masked, so that
/// a log line or an exception cannot leak the number; <see cref="Reveal"/> gives it in full.
/// </remarks>
public readonly record struct ResidentId
{
    /// <summary>Characters in a number.</summary>
    public const int Length = 18;

    private const string CheckCharacters = "10X98765432";
    private readonly string? _value;

    private ResidentId(string value) => _value = value;

    /// <summary>Date of birth, digits 7 to 14.</summary>
    public DateOnly BirthDate => ReadBirthDate(Reveal(), out var date) ? date : default;

    /// <summary>Digit 17: odd is male.</summary>
    public Sex Sex => (Reveal()[16] - '0') % 2 == 1 ? Sex.Male : Sex.Female;

    /// <summary>The number in full; whoever asks for it must have a purpose.</summary>
    public string Reveal() => _value ?? throw new InvalidOperationException("An empty resident id holds no number.");

    /// <summary>Reads the one valid spelling: 18 half-width characters, a capital X.</summary>
    public static bool TryParse(string? text, out ResidentId value)
    {
        var sound = Check(text) == ResidentIdFault.None;
        value = sound ? new ResidentId(text!) : default;
        return sound;
    }

    /// <summary>The first thing that is wrong with a number, in the enum's order.</summary>
    public static ResidentIdFault Check(string? text)
    {
        if (text is not { Length: Length })
        {
            return ResidentIdFault.Length;
        }

        for (var i = 0; i < Length; i++)
        {
            if (!char.IsAsciiDigit(text[i]) && !(i == Length - 1 && text[i] == 'X'))
            {
                return ResidentIdFault.Characters;
            }
        }

        if (!ReadBirthDate(text, out _))
        {
            return ResidentIdFault.BirthDate;
        }

        return CheckCharacter(text) == text[Length - 1] ? ResidentIdFault.None : ResidentIdFault.CheckCharacter;
    }

    /// <summary>The check character that belongs to the first 17 digits.</summary>
    public static char CheckCharacter(ReadOnlySpan<char> digits)
    {
        ReadOnlySpan<byte> weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        var sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += (digits[i] - '0') * weights[i];
        }

        return CheckCharacters[sum % 11];
    }

    /// <summary>First six and last four characters only.</summary>
    public override string ToString() => _value is null ? string.Empty : $"{_value[..6]}********{_value[14..]}";

    private static bool ReadBirthDate(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date)
        && date.Year is >= 1850 and <= 2999;
}

/// <summary>GB/T 2261.1, as far as an identity number tells.</summary>
public enum Sex
{
    Male = 1,
    Female = 2,
}

/// <summary>Why a text is not an identity number; in order of precedence.</summary>
public enum ResidentIdFault
{
    None = 0,
    Length = 1,
    Characters = 2,
    BirthDate = 3,
    CheckCharacter = 4,
}
