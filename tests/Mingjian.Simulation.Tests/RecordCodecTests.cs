using System.Reflection;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;

namespace Mingjian.Simulation.Tests;

/// <summary>The compiled codec against the general one, over every command, event and state record of the contracts.</summary>
public sealed class RecordCodecTests
{
    private const int Seed = 20261123;
    private const int Rounds = 15;
    private static readonly string[] Tokens = ["null", "\"\"", "{}", "[]", "-0", "0", "1e9", ",", "\\u0041", " ", "9223372036854775808", "true", "\"2026-02-30\""];

    [Fact]
    public void Every_message_and_record_of_the_contracts_is_compiled() =>
        Assert.All(Types(), t => Assert.True(RecordCodec.Of(t).IsCompiled, t.Type.Name));

    [Fact]
    public void Both_write_the_same_bytes_and_read_them_back()
    {
        var random = new Random(Seed);
        foreach (var type in Types())
        {
            for (var round = 0; round < Rounds; round++)
            {
                var bytes = CanonicalJson.Encode(Make(type.Type, random, round == 0), type);
                var read = RecordCodec.Of(type).Decode(bytes);
                Assert.Equal(Text(bytes), Text(RecordCodec.Of(type).Encode(CanonicalJson.Decode(bytes, type))));
                Assert.Equal(Text(bytes), Text(CanonicalJson.Encode(read, type)));
            }
        }
    }

    [Fact]
    public void Both_refuse_the_same_altered_bytes()
    {
        var random = new Random(Seed);
        var (accepted, refused) = (0, 0);
        foreach (var type in Types())
        {
            for (var round = 0; round < Rounds; round++)
            {
                var altered = Alter(CanonicalJson.Encode(Make(type.Type, random, false), type), random);
                var general = Try(() => CanonicalJson.Decode(altered, type));
                var compiled = Try(() => RecordCodec.Of(type).Decode(altered));
                Assert.True((general is null) == (compiled is null), $"{type.Type.Name}: {Text(altered)}");
                if (compiled is null)
                {
                    refused++;
                    continue;
                }

                // What the compiled one takes must have these very bytes as its one encoding.
                accepted++;
                Assert.Equal(Text(altered), Text(CanonicalJson.Encode(compiled, type)));
            }
        }

        Assert.True(accepted > 5 && refused > 500, $"{accepted} accepted, {refused} refused: too little happened.");
    }

    [Fact]
    public void A_null_where_none_may_stand_is_an_error_of_the_writer() =>
        Assert.ThrowsAny<Exception>(() => RecordCodec.Of(ContractsJson.For<MemberKeysRecord>()).Encode(new MemberKeysRecord(null!, [])));

    private static List<JsonTypeInfo> Types() =>
    [
        .. AllContracts.Create().SelectMany(c => c.Commands.Concat(c.Events)).Select(m => m.Json),
        .. new[] { typeof(OrganizationsState), typeof(MembersState), typeof(DuesState), typeof(NodesState) }.SelectMany(t => t.GetProperties())
            .Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(StateTable<>))
            .Select(p => (JsonTypeInfo)p.PropertyType.GetProperty("Json")!.GetValue(p.GetValue(null))!),
    ];

    private static object? Try(Func<object> decode)
    {
        try
        {
            return decode();
        }
        catch (CanonicalJsonException)
        {
            return null;
        }
    }

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static byte[] Alter(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        byte[] token = Encoding.ASCII.GetBytes(Tokens[random.Next(Tokens.Length)]);
        switch (random.Next(6))
        {
            case 0:
                return [.. bytes[..at], .. token, .. bytes[at..]];
            case 1:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 40))..]];
            case 2:
                // One value for another, so that the form stays whole.
                var start = Array.IndexOf(bytes, (byte)':', at) + 1;
                return start == 0 ? bytes : [.. bytes[..start], .. token, .. bytes[End(bytes, start)..]];
            case 3:
                var digit = Array.FindIndex(bytes, at, b => char.IsAsciiDigit((char)b));
                return digit < 0 ? bytes : [.. bytes[..digit], (byte)('0' + random.Next(10)), .. bytes[(digit + 1)..]];
            default:
                var copy = (byte[])bytes.Clone();
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }

    private static int End(byte[] bytes, int start)
    {
        var end = Array.FindIndex(bytes, start, b => b is (byte)',' or (byte)'}' or (byte)']');
        return end < 0 ? bytes.Length : end;
    }

    /// <summary>A value with random members; the first of a type has every list empty and every nullable member absent.</summary>
    private static object Make(Type type, Random random, bool isBare)
    {
        if (Nullable.GetUnderlyingType(type) is { } kept)
        {
            return Make(kept, random, isBare);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var items = Array.CreateInstance(type.GetGenericArguments()[0], isBare ? 0 : random.Next(4));
            for (var i = 0; i < items.Length; i++)
            {
                items.SetValue(Make(type.GetGenericArguments()[0], random, isBare), i);
            }

            return items;
        }

        return type switch
        {
            { IsEnum: true } => Enum.ToObject(type, random.Next(-3, 12)),
            _ when type == typeof(int) => random.Next(2) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(20),
            _ when type == typeof(long) => random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(20),
            _ when type == typeof(bool) => random.Next(2) == 0,
            _ when type == typeof(DateOnly) => DateOnly.FromDayNumber(random.Next(DateOnly.MaxValue.DayNumber + 1)),
            _ when type == typeof(LedgerTime) => new LedgerTime(random.NextInt64(253402300800000)),
            _ when type == typeof(Amount) => new Amount(random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)),
            _ when type == typeof(Month) => new Month(random.Next(1900, 3000), random.Next(1, 13)),
            _ when type == typeof(Hash32) => Hash32.Of(BitConverter.GetBytes(random.Next())),
            _ when type == typeof(RuleId) => RuleId.Parse($"dues-2008/{random.Next(1, 1000)}@{random.Next(1, 10000)}"),
            _ when type == typeof(NetworkId) => NetworkId.Parse($"demo.mingjian.invalid/{random.Next()}"),
            _ when type == typeof(PublicKeyValue) => PublicKeyValue.From("es256", [2, .. Hash32.Of(BitConverter.GetBytes(random.Next())).ToArray()]),
            _ when type == typeof(Ed25519PublicKey) => new Ed25519PublicKey(Hash32.Of(BitConverter.GetBytes(random.Next())).ToArray()),
            { IsValueType: true } => Activator.CreateInstance(type, new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()))!,
            _ => MakeRecord(type, random, isBare),
        };
    }

    private static object MakeRecord(Type type, Random random, bool isBare)
    {
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var nullability = new NullabilityInfoContext();
        return constructor.Invoke([.. constructor.GetParameters().Select(p =>
            nullability.Create(p).WriteState == NullabilityState.Nullable && (isBare || random.Next(2) == 0) ? null : Make(p.ParameterType, random, isBare))]);
    }
}
