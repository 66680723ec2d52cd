using Mingjian.Contracts.Nodes;
using Mingjian.Engine.Agreement;
using Mingjian.Engine.Ordering;
using Mingjian.Log.Notes;
using Mingjian.Primitives;

namespace Mingjian.Simulation.Tests;

/// <summary>The organisations' operators, who freeze nodes and restart heights, and a witness who sees every vote and statement.</summary>
internal sealed class Operators(Random random, Action<bool, string> require)
{
    private readonly Dictionary<(int Node, long Height, int Epoch), string> _votes = [];
    private readonly Dictionary<(long Height, int Epoch), SortedDictionary<int, NodeStatement>> _statements = [];

    /// <summary>A vote leaves an honest node: one for each epoch and height, and none that its organisation has stated otherwise.</summary>
    public void Published(int node, VoteMessage vote)
    {
        if (_votes.TryAdd((node, vote.Height, vote.Epoch), vote.Note))
        {
            foreach (var ((height, epoch), statements) in _statements)
            {
                require(
                    height != vote.Height || epoch < vote.Epoch || !statements.TryGetValue(node, out var stated)
                        || stated.Root == Checkpoint.OfNote(vote.Note)!.Root,
                    $"node {node} votes at height {height} in epoch {vote.Epoch} although it was frozen in epoch {epoch}");
            }
        }
        else
        {
            require(_votes[(node, vote.Height, vote.Epoch)] == vote.Note, $"node {node} votes twice at height {vote.Height} in epoch {vote.Epoch}");
        }
    }

    /// <summary>An organisation freezes its node and keeps its statement.</summary>
    public void Freeze(SimulatedNode node)
    {
        if (node.Replica is not { IsHalted: false } replica)
        {
            return;
        }

        HeightStatement? statement;
        try
        {
            statement = replica.Freeze();
        }
        catch (VotesUnknownException)
        {
            return;
        }

        if (statement is null)
        {
            return;
        }

        var place = (statement.Height, statement.Epoch);
        if (!_statements.TryGetValue(place, out var statements))
        {
            _statements.Add(place, statements = []);
        }

        statements[node.Number] = new NodeStatement(node.Number, statement.Root);
    }

    /// <summary>Signs and submits a restart of the height at which a node stands, if there are statements enough and the rule allows one.</summary>
    /// <param name="liar">What the liar's organisation states; null when it does not.</param>
    /// <returns>What the restart allows; null when there is none.</returns>
    public RestartVerdict? TryRestart(IReadOnlyList<SimulatedNode> nodes, SimulatedNode at, NodeStatement? liar)
    {
        if (at.Replica is not { Status: { Position: { } due } status } || !_statements.TryGetValue((status.Height, status.Epoch), out var known))
        {
            return null;
        }

        var members = at.Writer.NextNodes;
        List<NodeStatement> statements = [.. (liar is null ? known.Values : known.Values.Append(liar)).Where(s => members.Find(s.Node) is not null).OrderBy(s => s.Node)];
        if (statements.Count < members.Quorum)
        {
            return null;
        }

        var skips = RestartRule.Judge(members.Nodes.Count, statements, skips: true);
        var again = RestartRule.Judge(members.Nodes.Count, statements, skips: false);
        if (!skips.Allowed && !again.Allowed)
        {
            return null;
        }

        var isSkipping = skips.Allowed && (!again.Allowed || random.Next(3) > 0);
        IReadOnlyList<long> skip = isSkipping ? [due, .. status.Waiting.Take(random.Next(3))] : [];
        var restart = new RestartHeight(status.Epoch + 1, status.Height, skip, statements);
        nodes.FirstOrDefault(n => n.IsUp && n.IsConnected)?.Submit(Acts.Sign(restart, statements.Select(s => s.Node), random), isRestart: true);
        return isSkipping ? skips : again;
    }
}
