using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Sdk;
using Mingjian.Contracts.Tests.Histories;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Primitives;
using static Mingjian.Contracts.Tests.Nodes.Seating;
using static Mingjian.Contracts.Tests.Support.Ids;

namespace Mingjian.Contracts.Tests.Nodes;

/// <summary>Random changes of the nodes from a seed, mostly sensible, some absurd; block by block.</summary>
internal sealed class NodesHistory
{
    private const int Blocks = 60;
    private readonly Dictionary<Node, OrganizationId> _organizations = [];
    private readonly Random64 _random;
    private readonly TestLedger _ledger;
    private int _generation;

    private NodesHistory(ulong seed)
    {
        _random = new Random64(seed);
        var founders = Founders(1 + _random.Below(9));
        _ledger = Open(founders);
        Remember();
    }

    /// <summary>The node sets of the blocks, each once, in order.</summary>
    public List<NodeSet> Sets { get; } = [];

    public HashSet<string> Outcomes { get; } = new(StringComparer.Ordinal);

    public OrganizationId OrganizationOf(Node node) => _organizations[node];

    public static NodesHistory Run(ulong seed)
    {
        var history = new NodesHistory(seed);
        for (var block = 0; block < Blocks; block++)
        {
            history._ledger.Height++;
            history.Remember();
            history.Try();
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

    private void Try()
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
        var decision = _ledger.Submit(new ChangeNodes(Hash(_random.Below(3)), next), Orgs(signers));
        Outcomes.Add(decision.Rejection?.Name ?? "accepted");
        if (decision.Rejection is null)
        {
            Outcomes.Add(kind);
        }
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
