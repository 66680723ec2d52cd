using System.Security.Cryptography;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Nodes;

/// <summary>Random changes of the nodes, restarts and activations from a seed, mostly sensible, some absurd; block by block.</summary>
internal sealed class NodesHistory
{
    private const int Blocks = 60;
    private const int NewestActivated = 3;
    private readonly Dictionary<Node, OrganizationId> _organizations = [];
    private readonly Random64 _random;
    private readonly TestLedger _ledger;
    private readonly IncrementalHash? _digest;
    private int _generation;

    private NodesHistory(ulong seed, int protocol, IncrementalHash? digest)
    {
        _random = new Random64(seed);
        _digest = digest;
        var founders = Founders(1 + _random.Below(9));
        _ledger = Open(founders);
        _ledger.Protocol = protocol;
        digest?.Follow(_ledger);
        Remember();
    }

    /// <summary>The node sets of the blocks, each once, in order.</summary>
    public List<NodeSet> Sets { get; } = [];

    public HashSet<string> Outcomes { get; } = new(StringComparer.Ordinal);

    public OrganizationId OrganizationOf(Node node) => _organizations[node];

    public static NodesHistory Run(ulong seed) => Run(seed, AllContracts.Protocol, null);

    /// <param name="protocol">By which all of the history's blocks are made, whatever is activated in it.</param>
    public static NodesHistory Run(ulong seed, int protocol, IncrementalHash? digest)
    {
        var history = new NodesHistory(seed, protocol, digest);
        for (var block = 0; block < Blocks; block++)
        {
            history._ledger.Height++;
            history.Remember();
            switch (history._random.Below(10))
            {
                case 0:
                    history.Restart();
                    break;
                case 1 or 2:
                    history.Activate();
                    break;
                default:
                    history.Change();
                    break;
            }
        }

        return history;
    }

    private void Remember()
    {
        var seats = _ledger.Nodes()!.At(_ledger.Height).Seats;
        var set = new KeyDirectory().FindNodes(_ledger)!.At(_ledger.Height);
        Assert.Equal(HashOf(seats), set.Hash);
        foreach (var seat in seats)
        {
            _organizations[seat.Node] = seat.Organization;
        }

        if (Sets.Count == 0 || !Sets[^1].Equals(set))
        {
            Sets.Add(set);
        }
    }

    private void Change()
    {
        var nodes = _ledger.Nodes()!;
        var current = nodes.At(_ledger.Height).Seats;
        var next = current.ToList();
        var kind = "charter";
        for (var edits = _random.Below(4); edits >= 0; edits--)
        {
            kind = Edit(next, nodes.HighestNumber + next.Count(s => s.Node.Number > nodes.HighestNumber));
        }

        next = [.. next.OrderBy(s => s.Node.Number)];
        var signers = current.Where(_ => !_random.OneIn(6)).Concat(next.Where(s => !current.Contains(s) && !_random.OneIn(12))).Distinct();
        if (Submit(new ChangeNodes(Hash(_random.Below(3)), next), signers))
        {
            Outcomes.Add(kind);
        }
    }

    private void Restart()
    {
        var seats = _ledger.Nodes()!.At(_ledger.Height).Seats;
        var statements = seats.Where(_ => !_random.OneIn(6)).Select(s => new NodeStatement(s.Node.Number, _random.OneIn(3) ? null : Hash(_random.Below(2)))).ToList();
        IReadOnlyList<long> skip = _random.OneIn(2) ? [] : [1 + _random.Below(3)];
        Submit(
            new RestartHeight(_ledger.Nodes()!.Epoch + _random.Below(3), _ledger.Height - _random.Below(3), skip, statements),
            seats.Where(_ => !_random.OneIn(20)));
    }

    private void Activate()
    {
        var seats = _ledger.Nodes()!.At(_ledger.Height).Seats;
        var version = 1 + _random.Below(NewestActivated);
        _ledger.Write(writes =>
        {
            foreach (var seat in seats.Where(_ => !_random.OneIn(5)))
            {
                new KeyDirectory().State(_ledger, _ledger.Nodes, _ledger.Height, new ProtocolStatement(seat.Node.Number, version), writes);
            }
        });
        Submit(new ActivateProtocol(_ledger.Height + _random.Below(5), version), seats.Where(_ => !_random.OneIn(6)));
    }

    private bool Submit(NodesCommand command, IEnumerable<Seat> signers)
    {
        var decision = _ledger.Submit(command, Orgs(signers));
        Outcomes.Add(decision.Rejection?.Name ?? (command is ChangeNodes ? "accepted" : command.GetType().Name));
        _digest?.Add(decision.Rejection?.Code ?? command.GetType().Name);
        return decision.Rejection is null;
    }

    private string Edit(List<Seat> seats, int highest)
    {
        var at = seats.Count == 0 ? 0 : _random.Below(seats.Count);
        switch (_random.Below(seats.Count == 0 ? 1 : 5))
        {
            case 0 or 1:
                var number = _random.OneIn(12) ? 1 + _random.Below(highest + 2) : highest + 1;
                seats.Add(Seat(number, _random.OneIn(15) ? 0 : ++_generation));
                return "join";
            case 2:
                seats.RemoveAt(at);
                return "leave";
            case 3:
                seats[at] = seats[at] with { Node = NodeOf(seats[at].Node.Number, _random.OneIn(10) ? 0 : ++_generation) };
                return "rotate";
            default:
                seats[at] = seats[at] with { OrganizationKey = Key(500_000 + ++_generation) };
                return "key";
        }
    }
}
