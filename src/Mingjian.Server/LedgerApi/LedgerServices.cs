using System.Security.Cryptography;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Monitoring;
using Mingjian.Server.Nodes;
using Mingjian.Server.Operations;
using Mingjian.Slices.Kernel.Receipts;
using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;

namespace Mingjian.Server.LedgerApi;

/// <summary>Opens this node's ledger and puts it on HTTP.</summary>
internal static class LedgerServices
{
    /// <summary>The ledger of this process: a node's own, or a web process's copy.</summary>
    public static void AddLedger(this WebApplicationBuilder builder, ServerRole role = ServerRole.All)
    {
        var services = builder.Services;
        services.AddSingleton<OrderHealth>();
        services.AddSingleton<IKeyDirectory, KeyDirectory>();
        services.AddSingleton<ISignatureVerifier>(_ => new SignatureVerifier(new PlatformEcVerifier()));
        services.AddSingleton(provider => new ContractSet(
            AllContracts.Create(), provider.GetRequiredService<ServerOptions>().Protocol ?? AllContracts.Protocol));
        services.AddSingleton(provider => RocksDbBlockStore.Open(Path.Combine(PrivateFiles.CreateDirectory(provider.GetRequiredService<ServerOptions>().NetworkDirectory), "ledger")));
        if (role == ServerRole.Web)
        {
            services.AddSingleton(provider => WebIdentity.Load(provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<SqlSettings>()));
            services.AddSingleton<NodeChannel>();
            services.AddSingleton<INodeStanding>(provider => provider.GetRequiredService<NodeChannel>());
            services.AddSingleton<INodeLink>(provider => provider.GetRequiredService<NodeChannel>());
            services.AddSingleton(OpenCopy);
            services.AddSingleton<FinalLedger>(provider => provider.GetRequiredService<LedgerCopy>());
        }
        else
        {
            services.AddSingleton(provider => NodeIdentity.Load(provider.GetRequiredService<ServerOptions>(), provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<NodeCertificates>();
            services.AddSingleton<NodeOrdering>();
            services.AddSingleton<NodeReports>();
            services.AddSingleton<INodeStanding, LocalStanding>();
            services.AddSingleton(Open);
            services.AddSingleton<FinalLedger>(provider => provider.GetRequiredService<Ledger>());
        }

        services.AddSingleton<ILedger>(provider => provider.GetRequiredService<FinalLedger>());
        services.AddHostedService<LedgerWatch>();
        services.AddSingleton<OpenActs>();
        services.AddSingleton<Submissions>();
        services.AddSingleton<Doors>();
        services.AddSingleton<PasskeySite>();
        if (role != ServerRole.Node)
        {
            services.AddSingleton<LiveStreams>();
        }

        services.AddSingleton(provider => new Genesis(
            provider.GetService<WebIdentity>()?.Founders ?? provider.GetRequiredService<NodeIdentity>().Founders));
        services.AddSingleton<NodeHistories>();
        services.AddScoped<NetworkFiles>();
        services.AddScoped<INetworkFileSource>(provider => provider.GetRequiredService<NetworkFiles>());
        services.AddOpenApi();
    }

    public static void MapLedger(this WebApplication app)
    {
        LedgerEndpoints.MapLog(app);
        StateProofs.MapAny(app);
        app.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").AllowAnonymous();
    }

    public static void MapActs(this WebApplication app)
    {
        LedgerEndpoints.MapActs(app);
        StateProofs.MapOwn(app);
    }

    private static LedgerCopy OpenCopy(IServiceProvider services)
    {
        var identity = services.GetRequiredService<WebIdentity>();
        return LedgerCopy.Open(
            new LedgerOptions { Network = identity.Network, Founders = identity.Founders, PeerFailed = new PeerLog(services.GetRequiredService<ILogger<PeerLog>>()).Write },
            services.GetRequiredService<RocksDbBlockStore>(),
            services.GetRequiredService<NodeChannel>(),
            services.GetRequiredService<ContractSet>(),
            services.GetRequiredService<IKeyDirectory>(),
            services.GetRequiredService<ISignatureVerifier>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetService<IActShelf>());
    }

    private static Ledger Open(IServiceProvider services)
    {
#pragma warning disable CA2000 // The ledger owns store and ordering and disposes of them.
        var identity = services.GetRequiredService<NodeIdentity>();
        var ordering = services.GetRequiredService<NodeOrdering>();
        var limits = services.GetRequiredService<ServerOptions>().Limits;
        var options = new LedgerOptions
        {
            Network = identity.Network,
            Founders = identity.Founders,
            Peers = ordering.Peers,
            PeerFailed = new PeerLog(services.GetRequiredService<ILogger<PeerLog>>()).Write,
            Quota = new ActQuota
            {
                Posts = new PostHolders(),
                MemberBytes = limits.MemberBytesPerDay,
                PostBytes = limits.PostBytesPerDay,
                OrganizationBytes = limits.OrganizationBytesPerDay,
                UnboundBytes = limits.UnboundBytesPerDay,
            },
        };
        return Ledger.Open(
            identity.Shared is { } node ? options with { MaxTimeAhead = node.MaxTimeAhead, StopWait = node.StopWait } : options,
            services.GetRequiredService<RocksDbBlockStore>(),
            ordering.Open(),
            identity.Keys,
            services.GetRequiredService<ContractSet>(),
            services.GetRequiredService<IKeyDirectory>(),
            services.GetRequiredService<ISignatureVerifier>(),
            services.GetRequiredService<TimeProvider>());
#pragma warning restore CA2000
    }
}

/// <summary>Who holds a post, by the contract <c>organizations</c>.</summary>
internal sealed class PostHolders : IPostHolders
{
    /// <inheritdoc/>
    public bool HoldsPost(IStateReader state, MemberId member, LedgerTime now) =>
        state.PostsOf(member) is { } posts && posts.Appointments.Any(a => a.From <= now.BeijingDate && (a.Until is null || now.BeijingDate <= a.Until));
}

/// <summary>The ledger's name, made at the first start and kept beside the data: a reset ledger takes a new one.</summary>
internal sealed record NetworkName(NetworkId Id)
{
    public static NetworkName LoadOrCreate(ServerOptions options)
    {
        var path = Path.Combine(PrivateFiles.CreateDirectory(options.NetworkDirectory), "network.txt");
        if (!File.Exists(path))
        {
            var name = options.Start == StartMode.Demo ? "demo.mingjian.invalid" : options.NetworkName;
            // Written aside and moved, so that a crash leaves either no name or a whole one.
            File.WriteAllText(path + ".new", $"{name}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}\n");
            File.Move(path + ".new", path, overwrite: false);
        }

        return new NetworkName(NetworkId.Parse(File.ReadAllText(path).Trim()));
    }
}

/// <summary>Opens the ledger before the first request, and ends the process when the ledger stops for a fault.</summary>
internal sealed partial class LedgerWatch(FinalLedger ledger, IHostApplicationLifetime lifetime, ILogger<LedgerWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogOpen(logger, ledger.Network, ledger.Head.Height, ledger.Head.Size, ledger.Protocol, ledger.Carries);
        var upgrade = WatchProtocolAsync(stoppingToken);
        try
        {
            await ledger.Stopped.WaitAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping; the ledger is disposed of with the container.
        }
#pragma warning disable CA1031 // Whatever stopped the ledger, the process must not go on answering.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogStopped(logger, fault);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }

        await upgrade;
    }

    /// <summary>Says it once when the ledger comes to where this program cannot go.</summary>
    private async Task WatchProtocolAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var block in ledger.FollowAsync(Math.Max(ledger.Head.Height, 1), stoppingToken))
            {
                if (ledger.Protocol > ledger.Carries)
                {
                    LogUpgradeNeeded(logger, block.Height, ledger.Protocol, ledger.Carries);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Information, Message = "Ledger {Network} open at height {Height} with {Size} entries, protocol {Protocol}, this program carries {Carries}")]
    private static partial void LogOpen(ILogger logger, NetworkId network, long height, long size, int protocol, int carries);

    [LoggerMessage(EventId = 12, Level = LogLevel.Critical, Message = "The ledger goes on after block {Height} by protocol {Protocol}; this program carries {Carries}: it reads only, until it is upgraded")]
    private static partial void LogUpgradeNeeded(ILogger logger, long height, int protocol, int carries);

    [LoggerMessage(EventId = 11, Level = LogLevel.Critical, Message = "The ledger has stopped; the server ends")]
    private static partial void LogStopped(ILogger logger, Exception fault);
}
