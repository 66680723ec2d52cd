using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Log;
using Mingjian.Log.Entries;
using Mingjian.Primitives;
using Mingjian.Testing.Ledger;

namespace Mingjian.Engine.Tests;

public sealed class LedgerTests
{
    [Fact]
    public async Task An_act_becomes_final_and_can_be_read_back()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        var joined = await ledger.Do(ada, ada.Join);
        var paid = await ledger.Do(ada, new Deposit(Person.Payment(1), ada.Member, new Amount(500)));

        Assert.Equal((1, 0), (joined.Height, joined.Index));
        Assert.Equal((2, 2), (paid.Height, paid.Index));
        Assert.Equal(new Amount(500), ledger.Ledger.ReadState().Get(ToyContract.Accounts.Key(ada.Member))!.Balance);
        Assert.Equal(4, ledger.Ledger.Head.Size);
        Assert.Equal(2, ledger.Ledger.FindEntry(paid.TransactionId));
        var entry = Assert.IsType<TransactionEntry>(LogEntry.Decode(ledger.Ledger.ReadEntry(2)!));
        Assert.Equal("toy.Deposited", Assert.Single(entry.Events).Name);
        Assert.Equal(ada.Member, Assert.Single(entry.Actors).Member);
        var seal = Assert.IsType<SealEntry>(LogEntry.Decode(ledger.Ledger.ReadEntry(3)!));
        Assert.Equal(ledger.Ledger.Head.StateRoot, seal.StateRoot);
        Assert.Equal(ledger.Ledger.ReadBlock(1)!.Root, seal.PreviousRoot);
    }

    [Fact]
    public async Task An_entry_is_what_the_entry_type_would_encode()
    {
        await using var ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await ledger.Do(ada, new Deposit(Person.Payment(1), ada.Member, new Amount(500)));
        await ledger.Submit(ada, new Deposit(Person.Payment(2), ada.Member, Amount.Zero));
        for (var i = 0; i < ledger.Ledger.Head.Size; i++)
        {
            var bytes = ledger.Ledger.ReadEntry(i)!;
            Assert.Equal(bytes, LogEntry.Decode(bytes).Encode());
        }
    }

    [Fact]
    public async Task A_ledger_reopened_stands_where_it_stood()
    {
        var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        for (var i = 0; i < 300; i++)
        {
            await ledger.Do(ada, new Deposit(Person.Payment(i), new MemberId((UInt128)i), new Amount(100 + i)));
        }

        var head = ledger.Ledger.Head;
        await ledger.CloseAsync();
        await using (var again = LedgerFixture.Open(ledger.Directory))
        {
            Assert.Equal(head, again.Ledger.Head);
            var next = await again.Do(ada, new Deposit(Person.Payment(-1), ada.Member, new Amount(1)));
            Assert.Equal(head.Height + 1, next.Height);
        }

        Directory.Delete(ledger.Directory, recursive: true);
    }

    [Fact]
    public async Task An_act_sent_again_is_answered_with_its_place_and_done_once()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        var envelope = ada.Sign(new Deposit(Person.Payment(1), ada.Member, new Amount(5)), LedgerFixture.Network, ledger.Soon);
        var both = await Task.WhenAll(
            ledger.Ledger.SubmitAsync(envelope, default), ledger.Ledger.SubmitAsync(envelope, default));
        ledger.Clock.Advance(100L * 3600 * 1000);
        var late = await ledger.Ledger.SubmitAsync(envelope, default);

        Assert.Null(both[0].Refusal);
        Assert.All([both[1], late], r =>
        {
            Assert.Equal(AdmissionRejection.Duplicate.ToRefusal(), r.Refusal);
            Assert.Equal((both[0].Height, both[0].Index), (r.Height, r.Index));
        });
        Assert.Equal(new Amount(5), ledger.Ledger.ReadState().Get(ToyContract.Accounts.Key(ada.Member))!.Balance);
    }

    [Fact]
    public async Task A_mistake_leaves_no_trace_while_nothing_is_in_flight_and_an_entry_otherwise()
    {
        using var ada = new Person(1);
        await using var trying = LedgerFixture.Create();
        await trying.Do(ada, ada.Join);
        var untried = await trying.Submit(ada, new Transfer(ada.Member, ada.Member, new Amount(1)));
        Assert.Equal(new Refusal("toy/1002", "NotEnough"), untried.Refusal);
        Assert.Null(untried.Index);
        Assert.Equal(1, trying.Ledger.Head.Height);

        await using var plain = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        await plain.Do(ada, ada.Join);
        var logged = await plain.Submit(ada, new Transfer(ada.Member, ada.Member, new Amount(1)));
        Assert.Equal(new Refusal("toy/1002", "NotEnough"), logged.Refusal);
        var entry = plain.Ledger.ReadEntry(logged.Index!.Value)!;
        Assert.Equal(new RefusalEntry(RefusalCode.Parse("toy/1002"), 2, logged.TransactionId, plain.Ledger.Head.Time), LogEntry.Decode(entry));
        Assert.DoesNotContain(ada.Key.Id.ToString(), System.Text.Encoding.ASCII.GetString(entry), StringComparison.Ordinal);
        Assert.True(entry.Length < 160, "A refusal holds nothing of the act.");
    }

    [Fact]
    public async Task A_contract_that_throws_stops_the_ledger_with_a_clear_error()
    {
        await using var ledger = LedgerFixture.Create(o => o with { TryBeforeOrdering = false });
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        var stopped = await Assert.ThrowsAsync<LedgerStoppedException>(() => ledger.Submit(ada, new Explode(Person.Payment(1))));
        Assert.Contains("toy.Explode", stopped.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LedgerStoppedException>(() => ledger.Ledger.Stopped);
        await Assert.ThrowsAsync<LedgerStoppedException>(() => ledger.Submit(ada, new Leave(ada.Key.Id)));
        Assert.Equal(1, ledger.Ledger.Head.Height);
    }

    [Fact]
    public async Task A_contract_that_throws_while_it_is_only_tried_fails_the_request_alone()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await Assert.ThrowsAsync<ContractFaultException>(() => ledger.Submit(ada, new Explode(Person.Payment(1))));
        await ledger.Do(ada, new Deposit(Person.Payment(1), ada.Member, new Amount(5)));
    }

    [Fact]
    public async Task Followers_see_every_block_once_and_in_order()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        var seen = Task.Run(async () =>
        {
            var heights = new List<long>();
            await foreach (var block in ledger.Ledger.FollowAsync(1, default))
            {
                heights.Add(block.Height);
                if (heights.Count == 20)
                {
                    break;
                }
            }

            return heights;
        });
        for (var i = 0; i < 19; i++)
        {
            await ledger.Do(ada, new Deposit(Person.Payment(i), ada.Member, new Amount(5)));
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(h => (long)h), await seen);
    }

    [Fact]
    public async Task Acts_submitted_without_waiting_keep_their_order()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        var running = Enumerable.Range(0, 1000)
            .Select(i => ledger.Submit(ada, new Deposit(Person.Payment(i), ada.Member, new Amount(1)))).ToArray();
        var indexes = (await Task.WhenAll(running)).Select(r => r.Index!.Value).ToArray();
        Assert.Equal(indexes.Order(), indexes);
        Assert.True(ledger.Ledger.Head.Height < 500, "Acts that wait together share blocks.");
    }

    [Fact]
    public async Task Tiles_and_proofs_lead_to_the_head()
    {
        await using var ledger = LedgerFixture.Create();
        using var ada = new Person(1);
        await ledger.Do(ada, ada.Join);
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => ledger.Do(ada, new Deposit(Person.Payment(i), ada.Member, new Amount(1)))));
        var head = ledger.Ledger.Head;
        var first = ledger.Ledger.ReadBlock(1)!;
        for (var i = 0L; i < head.Size; i += 37)
        {
            var leaf = Cryptography.Merkle.HashLeaf(ledger.Ledger.ReadEntry(i)!);
            Assert.True(Cryptography.Merkle.VerifyInclusion(leaf, i, head.Size, ledger.Ledger.ProveInclusion(i, head.Size), head.Root));
        }

        Assert.True(Cryptography.Merkle.VerifyConsistency(2, first.Root, head.Size, head.Root, ledger.Ledger.ProveConsistency(2, head.Size)));
        var bundle = EntryBundle.Decode(ledger.Ledger.ReadTile(-1, 1, 256), 256)!;
        Assert.Equal(ledger.Ledger.ReadEntry(256), bundle[0]);
        Assert.Equal(256 * 32, ledger.Ledger.ReadTile(0, 1, 256)!.Length);
        Assert.Null(ledger.Ledger.ReadTile(0, 3, 1));
        Assert.Null(ledger.Ledger.ReadTile(0, 2, 256));
    }
}
