using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Mingjian.Primitives;

namespace Mingjian.Storage.Sql;

/// <summary>How ledger values stand in SQL columns: identifiers, hashes and months as their text, amounts as fen, times as milliseconds.</summary>
/// <remarks>Call from <c>ConfigureConventions</c>. Text of months sorts as the months do.</remarks>
public static class LedgerConventions
{
    public static ModelConfigurationBuilder UseLedgerTypes(this ModelConfigurationBuilder conventions)
    {
        foreach (var id in LedgerIds)
        {
            conventions.Text(id, LedgerId.TextLength);
        }

        conventions.Text<Hash32>(44);
        conventions.Text<Salt>(24);
        conventions.Text<Month>(7);
        conventions.Text<NetworkId>(80);
        conventions.Text<RuleId>(40);
        conventions.Text<PublicKeyValue>(80);
        conventions.Properties<Amount>().HaveConversion<AmountConverter>();
        conventions.Properties<LedgerTime>().HaveConversion<LedgerTimeConverter>();
        return conventions;
    }

    /// <summary>Every kind of identifier: a new one stands in columns as the others do.</summary>
    private static IEnumerable<Type> LedgerIds => typeof(LedgerId).Assembly.GetExportedTypes()
        .Where(t => t.IsValueType && Array.Exists(t.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ILedgerId<>)));

    private static void Text<T>(this ModelConfigurationBuilder conventions, int length)
        where T : struct, ITextValue<T> => conventions.Text(typeof(T), length);

    private static void Text(this ModelConfigurationBuilder conventions, Type type, int length) =>
        conventions.Properties(type).HaveConversion(typeof(TextValueConverter<>).MakeGenericType(type)).HaveMaxLength(length).AreUnicode(false);

    private sealed class TextValueConverter<T>() : ValueConverter<T, string>(value => value.ToString()!, text => Parse(text))
        where T : struct, ITextValue<T>
    {
        private static T Parse(string text) =>
            T.TryParse(text, out var value) ? value : throw new FormatException($"Not a valid {typeof(T).Name} in the database: '{text}'.");
    }

    private sealed class AmountConverter() : ValueConverter<Amount, long>(value => value.Fen, fen => new Amount(fen));

    private sealed class LedgerTimeConverter() : ValueConverter<LedgerTime, long>(value => value.Milliseconds, ms => new LedgerTime(ms));
}
