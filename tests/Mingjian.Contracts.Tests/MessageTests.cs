using System.Reflection;
using System.Text;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Nodes;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests;

public sealed class MessageTests
{
    [Fact]
    public void Messages_are_named_after_contract_and_record()
    {
        Assert.All(AllContracts.Create(), c => Assert.All(c.Commands.Concat(c.Events), m => Assert.Equal($"{c.Name}.{m.Type.Name}", m.Name)));
        Assert.All(AllContracts.Create().SelectMany(c => c.Commands), m => Assert.True(m.Type.IsAssignableTo(typeof(ICommand))));
        Assert.All(AllContracts.Create().SelectMany(c => c.Events), m => Assert.True(m.Type.IsAssignableTo(typeof(IEvent))));
    }

    [Fact]
    public void Every_command_and_event_of_the_assembly_is_registered_once()
    {
        var registered = AllContracts.Create().SelectMany(c => c.Commands.Concat(c.Events)).Select(m => m.Type).ToList();
        var declared = typeof(AllContracts).Assembly.GetTypes()
            .Where(t => !t.IsAbstract && (t.IsAssignableTo(typeof(ICommand)) || t.IsAssignableTo(typeof(IEvent))));
        Assert.Equal(declared.Order(ByName), registered.Order(ByName));
    }

    /// <summary>A refusal names its contract by the name of the enumeration.</summary>
    [Fact]
    public void Reasons_are_enumerations_called_after_their_contract() => Assert.Equal(
        AllContracts.Create().Select(c => c.Name).Order(StringComparer.Ordinal),
        typeof(AllContracts).Assembly.GetTypes().Where(t => t.IsEnum && t.Name.EndsWith("Rejection", StringComparison.Ordinal))
            .Select(t => t.Name[..^"Rejection".Length].ToLowerInvariant()).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_protocol_that_brought_a_contract_an_act_has_a_recorded_digest() => Assert.All(AllContracts.Create(), c =>
    {
        var folder = c.GetType().Namespace!.Split('.')[^1];
        var rows = typeof(MessageTests).Assembly.GetType($"Mingjian.Contracts.Tests.{folder}.{folder}DigestTests", throwOnError: true)!
            .GetMethods().SelectMany(m => m.GetCustomAttributes<InlineDataAttribute>()).Select(a => a.Data[0]).ToList();
        Assert.DoesNotContain(c.Commands.Select(m => m.Since).Distinct(), p => !rows.Contains(p));
    });

    [Fact]
    public void State_tables_have_prefixes_that_do_not_begin_one_another()
    {
        var prefixes = new[] { typeof(OrganizationsState), typeof(KeysState), typeof(MembersState), typeof(DuesState), typeof(NodesState) }
            .SelectMany(t => t.GetProperties())
            .Where(p => p.PropertyType.IsGenericType && p.PropertyType.GetGenericTypeDefinition() == typeof(StateTable<>))
            .Select(p => (string)p.PropertyType.GetProperty("Prefix")!.GetValue(p.GetValue(null))!)
            .ToList();
        Assert.Equal(24, prefixes.Count);
        Assert.All(prefixes, one => Assert.DoesNotContain(prefixes, other => one != other && other.StartsWith(one, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_payment_reads_as_the_formats_page_shows_it()
    {
        var command = new RecordPayment(
            Payment(1), Member(2), Organization(3), D("2026-11-22"), PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary,
            [new PaymentItem(M("2026-11"), Y("48.00"))]);
        Assert.Equal(
            """{"basis":1,"branch":"o-00000000000000000000000000000003","date":"2026-11-22","items":[{"amount":"48.00","month":"2026-11"}],"member":"m-00000000000000000000000000000002","method":1,"payer":1,"payment":"p-00000000000000000000000000000001"}""",
            Encoding.UTF8.GetString(CanonicalJson.Encode(command, ContractsJson.For<RecordPayment>())));
    }

    [Fact]
    public void Absent_members_are_left_out_and_read_back_as_null()
    {
        var type = ContractsJson.For<AppointToPost>();
        var open = new AppointToPost(Member(1), Organization(2), Post.Auditor, D("2026-01-01"), null);
        var bytes = CanonicalJson.Encode(open, type);
        Assert.DoesNotContain("until", Encoding.UTF8.GetString(bytes));
        Assert.Equal(open, CanonicalJson.Decode(bytes, type));
    }

    [Theory]
    [InlineData("""{"payment":"p-00000000000000000000000000000001"}""", true)]
    [InlineData("""{}""", false)]
    [InlineData("""{"payment":null}""", false)]
    [InlineData("""{"Payment":"p-00000000000000000000000000000001"}""", false)]
    [InlineData("""{"payment":"p-00000000000000000000000000000001","note":"x"}""", false)]
    [InlineData("""{"payment":"m-00000000000000000000000000000001"}""", false)]
    [InlineData("""{"payment":"p-0000000000000000000000000000000A"}""", false)]
    [InlineData(""" {"payment":"p-00000000000000000000000000000001"}""", false)]
    public void A_command_has_one_encoding(string json, bool good)
    {
        var decode = Record.Exception(() => CanonicalJson.Decode(Encoding.UTF8.GetBytes(json), ContractsJson.For<ConfirmPayment>()));
        Assert.Equal(good ? null : typeof(CanonicalJsonException), decode?.GetType());
    }

    [Fact]
    public void Full_chunks_fit_into_an_envelope_and_their_events_into_an_entry()
    {
        var rows = Enumerable.Range(0, ImportMembers.MaxRows).Select(n => new MemberRow(
            Member(n), Organization(1), MemberStanding.FullMember, D("2020-07-01"), D("2021-07-01"), Hash(1), Hash(2), Hash(3))).ToList();
        var lines = Enumerable.Range(0, SetStandards.MaxLines).Select(n => new StandardLine(
            Member(n), M("2026-11"), DuesClass.OnMinimumLiving, Y("12345.67"), Hash(1))).ToList();
        AssertFits(
            new ImportMembers(Import(1), 4999, 5000, rows), [new MembersImported(Import(1), 4999, 5000, rows, Member(1))]);
        AssertFits(
            new SetStandards(lines),
            [.. lines.Select(l => new StandardSet(
                l.Member, Organization(1), l.From, l.Class, l.Monthly, l.Base, RuleId.Parse("dues-2008/6.2@1"), Member(1)))]);
        AssertFits(
            new AssessDues(Organization(1), M("2026-11"), [.. lines.Select(l => l.Member)]),
            [.. lines.Select(l => new DuesAssessed(
                l.Member, Organization(1), l.From, l.Class, l.Monthly, l.Base, RuleId.Parse("dues-2008/6.2@1"), true, Member(1)))]);

        var seats = Enumerable.Range(1, NodeSet.MaxNodes).Select(n => Seating.Seat(n)).ToList();
        AssertFits(new ChangeNodes(Hash(1), seats), [new NodesChanged(Hash(1), 12, seats, 1_000_000_000)]);
    }

    private static void AssertFits<T>(T command, IReadOnlyList<IEvent> events)
        where T : ICommand
    {
        // Room for the frame: 8 signatures of a passkey are about 8 x 900 bytes; 31 of key files less.
        const int Frame = 8_000;
        var payload = CanonicalJson.Encode(command, ContractsJson.For<T>()).Length;
        var envelope = (payload * 4 / 3) + Frame;
        var happened = events.Sum(e => CanonicalJson.Encode(e, ContractsJson.Options.GetTypeInfo(e.GetType())).Length + 60);
        Assert.InRange(envelope, 1, 40_000);
        Assert.InRange(envelope + happened, 1, 65_535);
    }

    private static readonly Comparer<Type> ByName = Comparer<Type>.Create((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
}
