using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Signing;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Engine.Keys;
using Mingjian.Engine.Messages;
using Mingjian.Ordering.Local;
using Mingjian.Primitives;
using Mingjian.Server.Names;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Storage.RocksDb;
using Mingjian.Storage.Sql;
using Mingjian.Testing;
using Mingjian.Testing.Ledger;
using Mingjian.Vault;
using Mingjian.Views.Directory;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Tests.Members;

/// <summary>A committee with six branches on a real ledger, a real vault, and the roster service; only clock and session are fakes.</summary>
internal sealed class RosterWorld : IDbContextFactory<VaultContext>, IDbContextFactory<ReadModelContext>, ICurrentUser, IAsyncDisposable
{
    public static readonly NetworkId Network = NetworkId.Parse("test.mingjian.invalid/roster");
    private static readonly Dictionary<string, MessageType> Commands =
        AllContracts.Create().SelectMany(c => c.Commands).ToDictionary(c => c.Name, StringComparer.Ordinal);

    private readonly string _folder = Directory.CreateTempSubdirectory("mingjian-roster-").FullName;
    private readonly SqlSettings _settings;
    private readonly RosterDrafts _drafts;

    private RosterWorld(SqlSettings? settings)
    {
        _settings = settings ?? new SqlSettings(SqlProvider.Sqlite, _folder);
        Clock.Advance(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.FromHours(8)).ToUnixTimeMilliseconds() - Clock.GetUtcNow().ToUnixTimeMilliseconds());
        Ledger = Engine.Ledger.Open(
            new LedgerOptions { Network = Network },
            RocksDbBlockStore.Open(Path.Combine(_folder, "ledger")),
            new LocalOrdering(Clock),
            NodeKeys.LoadOrCreate(Path.Combine(_folder, "keys"), Network),
            new ContractSet(AllContracts.Create()),
            new KeyDirectory(),
            new SignatureVerifier(new PlatformEcVerifier()),
            Clock);
        Vault = new VaultAccess(this, new VaultSettings(Path.Combine(_folder, "vault.key")), Clock);
        Names = new VaultNames(Vault);
        _drafts = new RosterDrafts(Clock);
        Member = Officer;
    }

    /// <summary>2026-11-22 in Beijing.</summary>
    public ManualClock Clock { get; } = new();

    public Engine.Ledger Ledger { get; }

    public VaultAccess Vault { get; }

    public VaultNames Names { get; }

    public OrganizationId Committee { get; } = LedgerId.New<OrganizationId>();

    public Dictionary<string, OrganizationId> Branches { get; } = new(StringComparer.Ordinal);

    public MemberId Officer { get; } = LedgerId.New<MemberId>();

    public Es256Signer Key { get; } = Es256Signer.Create();

    /// <summary>Who is signed in; null = nobody.</summary>
    public MemberId? Member { get; set; }

    public RosterImports Imports => new(new RosterAccess(this, Ledger, Vault, Clock), _drafts, Names, Names);

    public MemberLists Lists => new(this, new RosterAccess(this, Ledger, Vault, Clock), Names);

    /// <summary>Brings the read models up to the ledger's head.</summary>
    public async Task ProjectAsync()
    {
        await using var context = ((IDbContextFactory<ReadModelContext>)this).CreateDbContext();
        await Projector.EnsureSchemaAsync(context, CancellationToken.None);
        await new Projector(Ledger, new LedgerEvents(Ledger, AllContracts.Create())).CatchUpAsync(context, Ledger.Head.Height, CancellationToken.None);
    }

    public static Task<RosterWorld> CreateAsync(params string[] branches) => CreateAsync(null, branches);

    /// <param name="settings">Null = SQLite files of its own.</param>
    public static async Task<RosterWorld> CreateAsync(SqlSettings? settings, string[] branches)
    {
        var world = new RosterWorld(settings);
        await world.DoAsync(ActsToSign.Create(
            new FoundNetwork(world.Committee, await world.Names.RegisterAsync(world.Committee, "某某集团党委"), world.Officer, world.Key.Key)));
        foreach (var name in branches.Length > 0 ? branches : ["机关第一党支部", "机关第二党支部", "生产党支部", "研发党支部", "后勤党支部", "离退休党支部"])
        {
            world.Branches[name] = LedgerId.New<OrganizationId>();
            await world.DoAsync(ActsToSign.Create(new EstablishOrganization(
                world.Branches[name], world.Committee, OrganizationKind.PartyBranch, await world.Names.RegisterAsync(world.Branches[name], name))));
        }

        return world;
    }

    /// <summary>Does what <c>mj.act</c> does in the browser: one batch signature over all commands, then submission in order.</summary>
    public async Task<IReadOnlyList<SubmitResult>> SubmitAsync(ActsToSign acts)
    {
        var expires = LedgerTime.From(Clock.GetUtcNow()).AddMilliseconds(3_600_000);
        using var json = JsonDocument.Parse(acts.CommandsJson);
        var payloads = json.RootElement.EnumerateArray().Select(item =>
        {
            var type = Commands[item.GetProperty("command").GetString()!];
            var command = (ICommand)item.GetProperty("body").Deserialize(type.Json)!;
            return TransactionPayload.Encode(type.Name, command, type.Json, Network, expires, LedgerId.New<Nonce>(), Key.Key.Id);
        }).ToList();
        var pending = SigningRequest.For(payloads).SignWith(Key).Select(e => Ledger.SubmitAsync(e.Encode(), CancellationToken.None)).ToList();
        return await Task.WhenAll(pending);
    }

    public async Task DoAsync(ActsToSign acts) =>
        Assert.All(await SubmitAsync(acts), r => Assert.Equal(string.Empty, r.Refusal is { } refusal ? $"{refusal.Code} {refusal.Name}" : string.Empty));

    public static Stream Sample(string name) => File.OpenRead(Repository.File("samples", name));

    public ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Member is { } member ? new CurrentUser(member, "测试", Key.Key.Id, "es256", []) : null);

    public VaultContext CreateDbContext() =>
        new((DbContextOptions<VaultContext>)new DbContextOptionsBuilder<VaultContext>().UseMingjian(_settings, "vault").Options);

    ReadModelContext IDbContextFactory<ReadModelContext>.CreateDbContext() =>
        new(new DbContextOptionsBuilder<ReadModelContext>().UseMingjian(_settings, ReadModelContext.Name).Options, AllSlices.ReadModels);

    /// <summary>Every byte of every entry on the ledger.</summary>
    public IEnumerable<byte[]> Entries()
    {
        for (var i = 0L; i < Ledger.Head.Size; i++)
        {
            yield return Ledger.ReadEntry(i)!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Ledger.DisposeAsync();
        Vault.Dispose();
        Key.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
