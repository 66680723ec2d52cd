using Mingjian.Contracts.Sdk;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Agreement;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

[assembly: AssemblyFixture(typeof(Mingjian.Network.Tests.SharedEtcd))]

namespace Mingjian.Network.Tests;

public sealed class NetworkTests(SharedEtcd shared)
{
    [Fact]
    public async Task Four_nodes_make_the_same_ledger_of_acts_submitted_everywhere()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.StartAll();
        using var person = new Person(1);
        Assert.Null((await network.DoAsync(1, person, person.Join)).Refusal);
        await network.AgreeAsync(1);
        var results = await Task.WhenAll(Enumerable.Range(0, 80).Select(i =>
            network.DoAsync(1 + (i % 4), person, new Deposit(Person.Payment(i), person.Member, new Amount(i + 1)))));
        Assert.All(results, r => Assert.Null(r.Refusal));

        var head = await network.AgreeAsync(results.Max(r => r.Height!.Value));
        Assert.Equal(new Amount(80 * 81 / 2), network.Running[3].ReadState().Get(ToyContract.Accounts.Key(person.Member))!.Balance);
        Assert.All(network.Running.Values, l => Assert.Empty(l.ReadEvidence()));

        await network.StopAsync(2);
        var report = await network.AuditAsync(2);
        Assert.Null(report.Fault);
        Assert.Equal((head.Size, head.Root), (report.Entries, report.Root));
    }

    [Fact]
    public async Task One_node_may_be_away_two_may_not_and_nothing_is_lost()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.StartAll();
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);
        await network.StopAsync(4);
        Assert.Null((await network.DoAsync(1, person, new Deposit(Person.Payment(1), person.Member, new Amount(5)))).Refusal);

        await network.StopAsync(3);
        var before = network.Running[1].Head.Height;
        var waiting = network.DoAsync(1, person, new Deposit(Person.Payment(2), person.Member, new Amount(7)));
        var other = network.DoAsync(2, person, new Deposit(Person.Payment(3), person.Member, new Amount(11)));
        Assert.False(waiting.IsCompleted || other.IsCompleted);
        Assert.Equal(before, network.Running[1].Head.Height);

        network.Start(3);
        Assert.Null((await waiting).Refusal);
        Assert.Null((await other).Refusal);
        network.Start(4);
        await network.AgreeAsync((await other).Height!.Value);
        Assert.Equal(new Amount(23), network.Running[4].ReadState().Get(ToyContract.Accounts.Key(person.Member))!.Balance);
    }

    [Fact]
    public async Task A_node_that_was_away_too_long_or_is_new_mirrors_a_peer_and_then_votes_again()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.Start(1);
        network.Start(2);
        network.Start(3);
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);
        var height = await DepositTwelveTimesAsync(network, person);
        await network.AgreeAsync(height);
        network.Start(4);
        await network.AgreeAsync(height);
        await network.StopAsync(1);
        Assert.Null((await network.DoAsync(4, person, new Deposit(Person.Payment(100), person.Member, new Amount(1)))).Refusal);

        await network.StopAsync(4);
        Assert.Null((await network.AuditAsync(4)).Fault);
    }

    [Fact]
    public async Task A_node_that_comes_back_in_the_middle_of_a_log_mirrors_what_it_has_missed()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.StartAll();
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);
        await network.AgreeAsync(1);
        await network.StopAsync(4);
        var height = await DepositTwelveTimesAsync(network, person);
        await network.AgreeAsync(height);
        network.Start(4);
        await network.AgreeAsync(height);
        Assert.Null((await network.DoAsync(4, person, new Deposit(Person.Payment(100), person.Member, new Amount(1)))).Refusal);
    }

    [Fact]
    public async Task A_node_whose_store_was_lost_beside_its_keys_votes_for_nothing_that_was_ordered_before_it_came_back()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.StartAll();
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);
        await network.AgreeAsync(1);
        await network.StopAsync(3);
        await network.StopAsync(4);
        var waiting = network.DoAsync(1, person, new Deposit(Person.Payment(1), person.Member, new Amount(5)));
        await network.UntilAsync(1, open => open.Position is not null);

        // Whether node 4 had voted for that block nobody can tell any more.
        network.LoseStore(4);
        network.Start(4);
        await network.UntilAsync(4, open => open.Hold == VoteHold.Restored);
        Assert.Throws<VotesUnknownException>(() => network.Running[4].Freeze(network.Running[4].ReadOpenHeight().Height));
        Assert.False(waiting.IsCompleted);

        network.Start(3);
        Assert.Null((await waiting).Refusal);
        await network.AgreeAsync((await waiting).Height!.Value);
        await network.StopAsync(3);
        Assert.Null((await network.DoAsync(4, person, new Deposit(Person.Payment(2), person.Member, new Amount(7)))).Refusal);
        Assert.All(network.Running.Values, l => Assert.Empty(l.ReadEvidence()));
    }

    [Fact]
    public async Task A_node_that_mirrors_something_else_than_it_computes_halts_instead_of_asking_for_ever_and_can_be_mended()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.Start(1);
        network.Start(2);
        network.Start(3);
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);
        Assert.Null((await network.DoAsync(2, person, new Deposit(Person.Payment(0), person.Member, DeviantContract.Refused))).Refusal);
        var height = await DepositTwelveTimesAsync(network, person, first: 1);
        await network.AgreeAsync(height);
        network.Start(4, new DeviantContract());
        await LedgerNetwork.UntilAsync(() => network.Running[4].IsHalted, "node 4 halts");
        var evidence = Assert.Single(network.Running[4].ReadEvidence());
        Assert.Equal((EvidenceKind.OwnDivergence, 4, network.Running[4].Head.Height + 1), (evidence.Kind, evidence.Node, evidence.Height));
        Assert.Contains($"block {evidence.Height}", network.Running[4].LastPeerFault, StringComparison.Ordinal);

        // A start alone changes nothing: it stays halted, and serves what it has.
        await network.StopAsync(4);
        network.Start(4);
        Assert.True(network.Running[4].IsHalted);
        await network.StopAsync(4);
        Assert.Equal(evidence, network.Mend(4));
        network.Start(4);
        await network.AgreeAsync(height);
        Assert.Single(network.Running[4].ReadEvidence());
    }

    [Fact]
    public async Task A_node_that_executes_differently_halts_says_so_and_the_others_go_on()
    {
        await using var network = new LedgerNetwork(shared.Etcd);
        network.Start(1);
        network.Start(2);
        network.Start(3);
        network.Start(4, new DeviantContract());
        using var person = new Person(1);
        await network.DoAsync(1, person, person.Join);

        // A node that nobody has heard of yet may find the order compacted: then it mirrors, finds the difference there, and does not vote.
        await network.AgreeAsync(1);
        Assert.Null((await network.DoAsync(2, person, new Deposit(Person.Payment(1), person.Member, DeviantContract.Refused))).Refusal);
        var last = await network.DoAsync(3, person, new Deposit(Person.Payment(2), person.Member, new Amount(1)));
        await network.AgreeAsync(last.Height!.Value, 1, 2, 3);

        await LedgerNetwork.UntilAsync(() => network.Running[4].IsHalted, "node 4 halts");
        Assert.Contains(network.Running[4].ReadEvidence(), e => e is { Kind: EvidenceKind.OwnDivergence, Node: 4, Height: 2 });
        Assert.Equal(1, network.Running[4].Head.Height);
        await LedgerNetwork.UntilAsync(() => network.Running[1].ReadEvidence().Count > 0, "node 1 has evidence");
        var accused = Assert.Single(network.Running[1].ReadEvidence());
        Assert.Equal((EvidenceKind.WrongVote, 4), (accused.Kind, accused.Node));
    }

    /// <summary>Through nodes 1 to 3, one after the other: twelve blocks.</summary>
    /// <returns>The last one's height.</returns>
    private static async Task<long> DepositTwelveTimesAsync(LedgerNetwork network, Person person, int first = 0)
    {
        long height = 0;
        for (var i = first; i < first + 12; i++)
        {
            height = (await network.DoAsync(1 + (i % 3), person, new Deposit(Person.Payment(i), person.Member, new Amount(1)))).Height!.Value;
        }

        return height;
    }
}
