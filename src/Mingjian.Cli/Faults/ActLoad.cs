using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Mingjian.Acts.Signing;
using Mingjian.Cli.Kit;
using Mingjian.Cli.Networks;
using Mingjian.Contracts.Organizations;
using Mingjian.Cryptography;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Cli.Faults;

/// <summary>An act that a node has called final.</summary>
/// <param name="Node">Whose server said so.</param>
/// <param name="At">When the answer came (<see cref="Stopwatch.GetTimestamp"/>).</param>
internal sealed record Acknowledgement(Hash32 Act, int Node, long At);

/// <summary>
/// People at every organisation who sign one act after the other at their own server, until it is final: whoever gets no answer, or is told to wait,
/// hands the same act in again. What was called final is remembered.
/// </summary>
internal sealed class ActLoad(DevNetwork network, Es256Signer officer, OrganizationId committee, int usersOfANode, TimeSpan think) : IAsyncDisposable
{
    private static readonly string Busy = AdmissionRejection.Busy.ToRefusal().Code;
    private static readonly string Duplicate = AdmissionRejection.Duplicate.ToRefusal().Code;
    private static readonly string UpgradeNeeded = AdmissionRejection.UpgradeNeeded.ToRefusal().Code;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<Acknowledgement> _acknowledged = [];
    private readonly List<User> _users = [];
    private volatile TaskCompletionSource? _pause;

    /// <summary>The most acts that one organisation can have under way at once.</summary>
    public int UsersOfANode => usersOfANode;

    /// <summary>All so far.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledged
    {
        get
        {
            lock (_lock)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>Lets a node's people begin.</summary>
    public void Begin(int node)
    {
        for (var i = 0; i < usersOfANode; i++)
        {
            var user = new User(node);
            user.Running = Task.Run(() => RunAsync(user));
            _users.Add(user);
        }
    }

    /// <summary>Waits until each person at some nodes has had so many acts become final.</summary>
    public async Task GoOnAsync(IReadOnlyList<int> nodes, int acts, CancellationToken cancellationToken)
    {
        var users = nodes.SelectMany(Of).ToList();
        var wanted = users.ConvertAll(u => Volatile.Read(ref u.Final) + acts);
        await UntilAsync("acts become final", () => users.Index().All(u => Volatile.Read(ref u.Item.Final) >= wanted[u.Index]), cancellationToken);
    }

    /// <summary>Waits until each person at some nodes has been told so many times that an act is not final, or has got no answer.</summary>
    public async Task StandAsync(IReadOnlyList<int> nodes, int answers, CancellationToken cancellationToken)
    {
        var users = nodes.SelectMany(Of).ToList();
        var wanted = users.ConvertAll(u => Volatile.Read(ref u.Open) + answers);
        await UntilAsync("people are told to wait", () => users.Index().All(u => Volatile.Read(ref u.Item.Open) >= wanted[u.Index]), cancellationToken);
    }

    /// <summary>Nobody begins another act; returns when all that were begun are final.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await UntilAsync("all acts become final", () => _users.TrueForAll(u => Volatile.Read(ref u.IsIdle)), cancellationToken);
    }

    /// <summary>Ends <see cref="PauseAsync"/>.</summary>
    public void Resume()
    {
        var pause = _pause;
        _pause = null;
        pause?.SetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Resume();
        await Task.WhenAll(_users.Select(u => u.Running));
        _end.Dispose();
    }

    private IEnumerable<User> Of(int node) => _users.Where(u => u.Node == node);

    private async Task UntilAsync(string what, Func<bool> isSo, CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        while (!isSo())
        {
            if (_users.Find(u => u.Running.IsFaulted) is { } failed)
            {
                await failed.Running;
            }

            if (started.Elapsed > Patience)
            {
                throw new PromiseBrokenException(
                    $"Waited {Patience.TotalMinutes} minutes until {what}. Newest answers: {string.Join("; ", _users.Select(u => $"node {u.Node}: {u.Newest}"))}");
            }

            await Task.Delay(10, cancellationToken);
        }
    }

    private async Task RunAsync(User user)
    {
        ServerClient? client = null;
        try
        {
            while (!_end.IsCancellationRequested)
            {
                if (_pause is { } pause)
                {
                    Volatile.Write(ref user.IsIdle, true);
                    await pause.Task;
                    Volatile.Write(ref user.IsIdle, false);
                    continue;
                }

                client ??= await TryConnectAsync(user);
                if (client is not null)
                {
                    client = await DoAsync(user, client);
                }

                await Task.Delay(think, _end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The end, whatever was under way.
        }
        finally
        {
            client?.Dispose();
        }
    }

    /// <summary>One act, until it is final.</summary>
    /// <returns>The session that is good for the next, or null.</returns>
    private async Task<ServerClient?> DoAsync(User user, ServerClient client)
    {
        ServerClient? session = client;
        var acts = PreparedActs.Create(
            [new EstablishOrganization(LedgerId.New<OrganizationId>(), committee, OrganizationKind.PartyBranch, Hash32.Of("branch"u8))],
            client.Network, officer.Key.Id, ServerClient.Now, DisplayNames.None);
        var body = ServerClient.BodyOf(acts.Request.SignWith(officer));
        var id = Pae.TransactionId(acts.Payloads[0]);
        while (true)
        {
            if (session is not null && await TrySubmitAsync(user, session, id, body) is { } isFinal)
            {
                if (isFinal)
                {
                    return session;
                }
            }
            else
            {
                session?.Dispose();
                session = null;
                await Task.Delay(think, _end.Token);
                session = await TryConnectAsync(user);
            }
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The caller gets the session, or it is disposed of.")]
    private async Task<ServerClient?> TryConnectAsync(User user)
    {
        ServerClient? client = null;
        try
        {
            using var limit = Limit();
            client = await ServerClient.ConnectAsync(network.Servers[user.Node - 1], limit.Token);
            await client.SignInAsync(officer, limit.Token);
            return client;
        }
        catch (Exception e) when (IsNoAnswer(e))
        {
            client?.Dispose();
            Unanswered(user, e.Message);
            return null;
        }
    }

    /// <summary>True when final, false when not yet, null when the session is of no use any more.</summary>
    private async Task<bool?> TrySubmitAsync(User user, ServerClient client, Hash32 id, string body)
    {
        try
        {
            using var limit = Limit();
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await client.PostAsync("/api/v1/transactions", content, limit.Token, refusals: true);
            var result = answer.GetProperty("results")[0];

            // A duplicate that has a place in the log was final before: the first answer was lost on the way.
            if (result.GetProperty("status").GetString() == "final" || IsThere(result))
            {
                lock (_lock)
                {
                    _acknowledged.Add(new Acknowledgement(id, user.Node, Stopwatch.GetTimestamp()));
                }

                Interlocked.Increment(ref user.Final);
                return true;
            }

            if (CodeOf(result) is { } code && code != Busy && code != Duplicate && code != UpgradeNeeded)
            {
                throw new PromiseBrokenException($"Node {user.Node} refused an act that is in order: {code}");
            }

            Unanswered(user, result.ToString());
            return false;
        }
        catch (Exception e) when (IsNoAnswer(e))
        {
            Unanswered(user, e.Message);
            return null;
        }
    }

    private static bool IsThere(JsonElement result) => CodeOf(result) == Duplicate && result.GetProperty("height").ValueKind == JsonValueKind.Number;

    private static string? CodeOf(JsonElement result) => result.GetProperty("code").GetString();

    private bool IsNoAnswer(Exception e) =>
        e is CommandException or IOException || (e is OperationCanceledException && !_end.IsCancellationRequested);

    private static void Unanswered(User user, string answer)
    {
        user.Newest = answer;
        Interlocked.Increment(ref user.Open);
    }

    private CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(AnswerLimit);
        return limit;
    }

    private sealed class User(int node)
    {
        public int Node { get; } = node;

        public Task Running { get; set; } = Task.CompletedTask;

        /// <summary>What was said last when it was not that an act is final.</summary>
        public string Newest { get; set; } = "-";

        public long Final;
        public long Open;
        public bool IsIdle;
    }
}

/// <summary>Something that a network promises did not hold.</summary>
internal sealed class PromiseBrokenException(string message) : Exception(message);
