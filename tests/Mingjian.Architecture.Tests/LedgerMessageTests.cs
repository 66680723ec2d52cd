using System.Reflection;
using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;

namespace Mingjian.Architecture.Tests;

/// <summary>No free text on the ledger: a command, event or state record is made of a closed list of values.</summary>
public sealed class LedgerMessageTests
{
    private static readonly HashSet<Type> Values =
    [
        .. typeof(LedgerId).Assembly.GetExportedTypes().Where(IsLedgerId), typeof(Hash32), typeof(Salt),
        typeof(PublicKeyValue), typeof(Ed25519PublicKey), typeof(LedgerTime), typeof(Month), typeof(DateOnly), typeof(Amount), typeof(int), typeof(long), typeof(bool),
    ];

    public static TheoryData<Type> Commands => [.. AllContracts.Create().SelectMany(c => c.Commands).Select(m => m.Type)];

    public static TheoryData<Type> Events => [.. AllContracts.Create().SelectMany(c => c.Events).Select(m => m.Type)];

    public static TheoryData<Type> Records => [.. typeof(AllContracts).Assembly.GetTypes()
        .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Static))
        .Select(p => p.PropertyType)
        .Where(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(StateTable<>))
        .Select(t => t.GetGenericArguments()[0])];

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_holds_values_only(Type command) => Assert.Empty(FaultsOf(command, Values));

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_holds_values_and_rule_ids_only(Type happened) => Assert.Empty(FaultsOf(happened, [.. Values, typeof(RuleId)]));

    [Theory]
    [MemberData(nameof(Records))]
    public void A_state_record_holds_values_and_rule_ids_only(Type record) => Assert.Empty(FaultsOf(record, [.. Values, typeof(RuleId)]));

    [Fact]
    public void A_string_anywhere_would_be_found()
    {
        Assert.Equal(["Outer.Inner.Text: String"], FaultsOf(typeof(Outer), Values));
        Assert.NotEmpty(Records);
    }

    /// <summary>A kind of identifier. Not the nonce, which is a transaction's.</summary>
    private static bool IsLedgerId(Type type) => type.IsValueType && type != typeof(Nonce)
        && Array.Exists(type.GetInterfaces(), i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ILedgerId<>));

    private static List<string> FaultsOf(Type type, HashSet<Type> values) => FaultsOf(type, values, type.Name, []);

    private static List<string> FaultsOf(Type type, HashSet<Type> values, string path, HashSet<Type> seen)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare.IsGenericType && bare.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return FaultsOf(bare.GetGenericArguments()[0], values, path, seen);
        }

        if (values.Contains(bare) || bare.IsEnum)
        {
            return [];
        }

        if (bare.Namespace?.StartsWith("System", StringComparison.Ordinal) != false || (bare.Assembly == typeof(MemberId).Assembly && bare != typeof(Node) && bare != typeof(Seat)))
        {
            return [$"{path}: {bare.Name}"];
        }

        return seen.Add(bare)
            ? bare.GetProperties(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .Where(p => p.Name != "EqualityContract")
                .SelectMany(p => FaultsOf(p.PropertyType, values, $"{path}.{p.Name}", seen))
                .ToList()
            : [];
    }

    private sealed record Outer(MemberId Member, IReadOnlyList<Inner> Inner);

    private sealed record Inner(Amount Amount, string Text);
}
