using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Mingjian.Acts.Networks;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts.Nodes;
using Mingjian.Cryptography;
using Mingjian.Engine.Agreement;
using Mingjian.Server.Access;

namespace Mingjian.Cli.Faults;

/// <summary>What one fault did.</summary>
/// <param name="Name">The fault.</param>
/// <param name="Lasted">From its beginning until what was broken had been started or joined again.</param>
/// <param name="Standstill">The longest time in which no act of anybody became final, from the fault on.</param>
/// <param name="OfTheHit">The same for the people of the organisations that were hit.</param>
/// <param name="Acts">Called final meanwhile.</param>
internal sealed record FaultResult(string Name, TimeSpan Lasted, TimeSpan Standstill, TimeSpan OfTheHit, int Acts);

/// <summary>
/// Breaks parts of a running network while people at every organisation sign acts, mends them, and holds the network to its promises: every act that was
/// called final is in every node's log, all logs are the same, and everything that was begun becomes final.
/// </summary>
[SuppressMessage("Usage", "CA2213", Justification = "Network and output are the caller's.")]
internal sealed class FaultRun : IAsyncDisposable
{
    /// <summary>Enough that the etcd leader is chosen anew and blocks are made without those that are away.</summary>
    private const int ActsMeanwhile = 5;

    private static readonly string TooFew = string.Create(CultureInfo.InvariantCulture, $"nodes/{(int)NodesRejection.TooFewNodesCarry}");

    /// <summary>Left for signing and submitting a decision while people sign acts.</summary>
    private const int BlocksToDecide = 60;

    private readonly DevNetwork _network;
    private readonly TextWriter _output;
    private readonly Es256Signer _officer;
    private readonly List<int> _nodes = [];
    private readonly Dictionary<int, NodeLog> _logs = [];

    /// <param name="usersOfANode">People at each organisation who sign acts.</param>
    /// <param name="think">How long each waits between two acts; null = 20 ms.</param>
    public FaultRun(DevNetwork network, TextWriter output, int usersOfANode = 2, TimeSpan? think = null)
    {
        _network = network;
        _output = output;
        _officer = network.Officer(out var committee);
        Load = new ActLoad(network, _officer, committee, usersOfANode, think ?? TimeSpan.FromMilliseconds(20));
    }

    /// <summary>The people.</summary>
    public ActLoad Load { get; }

    /// <summary>Every fault so far.</summary>
    public List<FaultResult> Results { get; } = [];

    /// <summary>A running node's people begin, and its log is looked at from now on.</summary>
    public void Begin(int node)
    {
        _nodes.Add(node);
        _logs[node] = new NodeLog(
            _network.Servers[node - 1],
            AccessGrantFile.Grant(
                _network.DataOf(node), $"bench {Guid.NewGuid()}", AccessPurpose.Audit, TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(1)));
        Load.Begin(node);
    }

    /// <summary>kill -9 of a node.</summary>
    public Task KillServerAsync(int node, CancellationToken cancellationToken) => MeasureAsync(
        Text($"kill -9 of node {node}"), [node],
        async () =>
        {
            _network.Kill($"server-{node}");
            await Load.GoOnAsync(Others(node), ActsMeanwhile, cancellationToken);
            _network.StartServer(node);
            await _network.WaitUntilUpAsync(node, cancellationToken);
        },
        cancellationToken);

    /// <summary>kill -9 of an etcd member.</summary>
    public Task KillEtcdAsync(int node, CancellationToken cancellationToken) => MeasureAsync(
        Text($"kill -9 of etcd member {node}"), [node],
        async () =>
        {
            _network.Kill($"etcd-{node}");

            // Its organisation's people, too: the node goes to another member.
            await Load.GoOnAsync(_nodes, ActsMeanwhile, cancellationToken);
            _network.StartEtcd(node);
        },
        cancellationToken);

    /// <summary>kill -9 of both.</summary>
    public Task KillBothAsync(int node, CancellationToken cancellationToken) => MeasureAsync(
        Text($"kill -9 of node and etcd member {node}"), [node],
        async () =>
        {
            _network.Kill($"server-{node}");
            _network.Kill($"etcd-{node}");
            await Load.GoOnAsync(Others(node), ActsMeanwhile, cancellationToken);
            _network.StartEtcd(node);
            _network.StartServer(node);
            await _network.WaitUntilUpAsync(node, cancellationToken);
        },
        cancellationToken);

    /// <summary>One organisation can reach no other.</summary>
    public Task CutOneAsync(int node, CancellationToken cancellationToken) => MeasureAsync(
        Text($"organisation {node} cut from the others"), [node],
        async () =>
        {
            await _network.CutAsync([node], cancellationToken);
            var before = CountOf(node);
            await Load.GoOnAsync(Others(node), ActsMeanwhile, cancellationToken);
            if (CanAnswerWhileCut)
            {
                await Load.StandAsync([node], 2, cancellationToken);
            }

            // What was under way when the cable was pulled may have been final; nothing that was begun afterwards can be.
            Require(CountOf(node) - before <= Load.UsersOfANode, "a node that is cut off called acts final");
            await _network.HealAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>Two organisations of four can reach each other, and none of the other two: nobody has a quorum.</summary>
    public Task CutTwoAsync(int one, int other, CancellationToken cancellationToken) => MeasureAsync(
        Text($"organisations {one} and {other} cut from the others"), _nodes,
        async () =>
        {
            await _network.CutAsync([one, other], cancellationToken);
            var before = Load.Acknowledged.Count;
            await Load.StandAsync(CanAnswerWhileCut ? _nodes : Others(one, other), 2, cancellationToken);
            Require(Load.Acknowledged.Count - before <= _nodes.Count * Load.UsersOfANode, "acts became final without a quorum");
            await _network.HealAsync(cancellationToken);
        },
        cancellationToken);

    /// <summary>A node that has never run, or lost everything, takes part.</summary>
    public Task JoinAsync(int node, CancellationToken cancellationToken) => MeasureAsync(
        Text($"blank node {node} joins"), [],
        async () =>
        {
            _network.StartServer(node);
            await _network.WaitUntilUpAsync(node, cancellationToken);
            Begin(node);
            await Load.GoOnAsync([node], 1, cancellationToken);
        },
        cancellationToken);

    /// <summary>
    /// A node's disk is full: it follows in the space that its store took beforehand, or ends as a full node does; with space again it goes on.
    /// </summary>
    public Task FillDiskAsync(int node, Action fill, Action empty, CancellationToken cancellationToken) => MeasureAsync(
        Text($"disk of node {node} full"), [node],
        async () =>
        {
            fill();
            await Load.GoOnAsync(Others(node), ActsMeanwhile, cancellationToken);
            var isUp = await _network.FollowsOrEndsAsync(node, (await _network.ReadAsync(Others(node)[0], cancellationToken))!.Height, cancellationToken);
            empty();
            if (!isUp)
            {
                Require(await _network.WaitForEndAsync($"server-{node}", cancellationToken) == 1, "a node with a full disk did not end as one");
                _network.StartServer(node);
                await _network.WaitUntilUpAsync(node, cancellationToken);
            }
        },
        cancellationToken);

    /// <summary>Node after node is stopped and started from another place, while the others go on.</summary>
    /// <param name="program">Where the other program is.</param>
    public Task UpgradeAsync(string program, CancellationToken cancellationToken) => MeasureAsync(
        "rolling upgrade", [],
        async () =>
        {
            foreach (var node in _nodes)
            {
                await _network.StopServerAsync(node, cancellationToken);
                await Load.GoOnAsync(Others(node), 1, cancellationToken);
                _network.StartServer(node, program);
                await _network.WaitUntilUpAsync(node, cancellationToken);
                await Load.GoOnAsync([node], 1, cancellationToken);
            }
        },
        cancellationToken);

    /// <summary>
    /// The organisations go over to a newer protocol: too few nodes carry it, then a quorum; the height passes under way, and a node that is late stands
    /// before it, still answers readers, and goes on once it is upgraded.
    /// </summary>
    /// <param name="version">The newer protocol; all nodes pretend to carry the one before.</param>
    /// <param name="late">Upgraded after the height has passed.</param>
    /// <param name="whileItStands">What else to look at then; null = nothing.</param>
    public Task ChangeProtocolAsync(int version, int late, Func<Task>? whileItStands, CancellationToken cancellationToken) => MeasureAsync(
        Text($"protocol {version}, node {late} late"), [late],
        async () =>
        {
            var early = Others(late);
            foreach (var node in early.SkipLast(1))
            {
                await UpgradeAsync(node, cancellationToken);
            }

            var tooEarly = await DecideAsync(version, await HeightAsync(cancellationToken) + BlocksToDecide, cancellationToken);
            Require(
                tooEarly.Refusals is [var refusal] && refusal.Contains(TooFew, StringComparison.Ordinal),
                $"a protocol that too few nodes carry was not refused as that: {tooEarly.Describe()}");

            await UpgradeAsync(early[^1], cancellationToken);
            var from = await HeightAsync(cancellationToken) + BlocksToDecide;
            var decided = await DecideAsync(version, from, cancellationToken);
            Require(decided.Ok, $"a protocol that a quorum of nodes carries was refused: {decided.Describe()}");
            await _network.FollowsOrEndsAsync(late, from - 1, cancellationToken);
            await Load.GoOnAsync(early, ActsMeanwhile, cancellationToken);
            await Load.StandAsync([late], 2, cancellationToken);
            var standing = (await _network.ReadAsync(late, cancellationToken))!;
            Require(
                standing is { Hold: nameof(VoteHold.Protocol), Halted: false } && standing.Height == from - 1 && standing.Carries < version && standing.Protocol == version,
                $"the late node does not stand before {from}: {standing.Hold} at {standing.Height}");
            Require((await _logs[late].ReadOnAsync(cancellationToken)).Size == standing.Size, "the late node does not answer readers");
            await (whileItStands?.Invoke() ?? Task.CompletedTask);
            await UpgradeAsync(late, cancellationToken);
            Require(
                (await _network.AgreeAsync(from, _nodes, cancellationToken)).All(r => r.Protocol == version && r.Carries >= version), "a node does not go by the newer protocol");
        },
        cancellationToken);

    /// <summary>Lets everything become final and holds the network to what it has promised.</summary>
    /// <returns>All nodes' reports at the same height.</returns>
    public async Task<IReadOnlyList<NodeReport>> VerifyAsync(CancellationToken cancellationToken)
    {
        await Load.PauseAsync(cancellationToken);
        var reports = await _network.AgreeAsync(1, _nodes, cancellationToken);
        Require(reports.DistinctBy(r => (r.Height, r.Size, r.Root, r.StateRoot)).Count() == 1, "the nodes' roots differ");
        Require(reports.All(r => r is { Member: true, Halted: false, Evidence.Count: 0 }), "a node does not take part, has halted or keeps evidence");
        var acknowledged = Load.Acknowledged;
        foreach (var node in _nodes)
        {
            var log = _logs[node];
            var checkpoint = await log.ReadOnAsync(cancellationToken);
            Require((checkpoint.Size, checkpoint.Root) == (reports[0].Size, reports[0].Root), $"the log of node {node} is not the others'");
            var lost = acknowledged.Count(a => !log.Holds(a.Act));
            Require(lost == 0, $"{lost} of {acknowledged.Count} acts that were called final are not in the log of node {node}");
        }

        Load.Resume();
        return reports;
    }

    /// <summary>Prints all results.</summary>
    public async Task ReportAsync()
    {
        await _output.WriteLineAsync("fault                                             lasted  no finality for   people of the hit   acts");
        foreach (var r in Results)
        {
            await _output.WriteLineAsync(Text(
                $"{r.Name,-46} {r.Lasted.TotalSeconds,6:0.0} s {r.Standstill.TotalSeconds,14:0.00} s {r.OfTheHit.TotalSeconds,17:0.00} s {r.Acts,6}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        foreach (var log in _logs.Values)
        {
            log.Dispose();
        }

        _officer.Dispose();
    }

    /// <summary>A process whose clock has been stopped answers nobody.</summary>
    private bool CanAnswerWhileCut => _network.CanAnswerWhileCut;

    private async Task MeasureAsync(string name, List<int> hit, Func<Task> fault, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var before = Load.Acknowledged.Count;
        await fault();
        var lasted = Stopwatch.GetElapsedTime(begun);
        await Load.GoOnAsync(_nodes, 2, cancellationToken);
        await VerifyAsync(cancellationToken);
        var all = Load.Acknowledged;
        var result = new FaultResult(
            name, lasted, Longest(begun, all), hit.Count == 0 ? TimeSpan.Zero : hit.Max(n => Longest(begun, [.. all.Where(a => a.Node == n)])), all.Count - before);
        Results.Add(result);
        await _output.WriteLineAsync(Text(
            $"{result.Name}: lasted {result.Lasted.TotalSeconds:0.0} s, without finality {result.Standstill.TotalSeconds:0.00} s (people of the hit {result.OfTheHit.TotalSeconds:0.00} s), {result.Acts} acts, none lost of {all.Count}"));
    }

    /// <summary>The longest time between two answers, from the last before the beginning on.</summary>
    private static TimeSpan Longest(long begun, IReadOnlyList<Acknowledgement> acts)
    {
        var previous = begun;
        var longest = 0L;
        foreach (var at in acts.Select(a => a.At).Where(at => at > begun).Order())
        {
            longest = Math.Max(longest, at - previous);
            previous = at;
        }

        return Stopwatch.GetElapsedTime(0, longest);
    }

    private async Task UpgradeAsync(int node, CancellationToken cancellationToken)
    {
        await _network.StopServerAsync(node, cancellationToken);
        _network.Upgrade(node);
        _network.StartServer(node);
        await _network.WaitUntilUpAsync(node, cancellationToken);
        // With its own acts it has put a batch, which says what it carries.
        await Load.GoOnAsync([node], 2, cancellationToken);
    }

    private async Task<SubmissionOutcome> DecideAsync(int version, long from, CancellationToken cancellationToken)
    {
        var act = ActFile.Prepare(new ActivateProtocol(from, version), NodeFile.Read(_network.DirectoryOf(_nodes[0]).File).Network);
        foreach (var node in _nodes)
        {
            using var signer = KeyFile.Read(_network.OrganizationKey(node));
            act = act.SignWith(signer);
        }

        return await NetworkSetupCommands.SubmitAsync(act, _network.Servers[_nodes[0] - 1], null, cancellationToken);
    }

    private async Task<long> HeightAsync(CancellationToken cancellationToken) => (await _network.ReadAsync(_nodes[0], cancellationToken))!.Height;

    private int CountOf(int node) => Load.Acknowledged.Count(a => a.Node == node);

    private List<int> Others(params IReadOnlyList<int> nodes) => [.. _nodes.Except(nodes)];

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new PromiseBrokenException(otherwise);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
