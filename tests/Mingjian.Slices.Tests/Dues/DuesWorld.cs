using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Mingjian.Contracts;
using Mingjian.Engine.Messages;
using Mingjian.Primitives;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Slices.Explorer;
using Mingjian.Slices.Kernel.Preview;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Slices.Members;
using Mingjian.Slices.Organizations;
using Mingjian.Storage.Sql;
using Mingjian.Views.Directory;
using Mingjian.Views.ReadModels;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Tests.Dues;

/// <summary>The dues services over <see cref="SmallNetwork"/> and SQLite; only session, names, vault and clock are stand-ins.</summary>
internal sealed class DuesWorld : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-dues-").FullName;
    private readonly SqlSettings _settings;

    private DuesWorld() => _settings = new SqlSettings(SqlProvider.Sqlite, _directory);

    public SmallNetwork Network { get; } = new();

    public BaseShelf Bases { get; } = new();

    public static async Task<DuesWorld> CreateAsync()
    {
        var world = new DuesWorld();
        await using (var own = world.Own().CreateDbContext())
        {
            await own.MigrateStoreAsync();
        }

        await world.ProjectAsync();
        return world;
    }

    public async Task ProjectAsync()
    {
        await using var context = ReadModels().CreateDbContext();
        await Projector.EnsureSchemaAsync(context, default);
        await new Projector(Network.Ledger, new LedgerEvents(Network.Ledger, AllContracts.Create()))
            .CatchUpAsync(context, Network.Ledger.Head.Height, default);
    }

    public LedgerAccess As(MemberId? member) => new(
        new OneUser(member), Network.Ledger, Names.Instance, new FakeTimeProvider(Network.Ledger.Now.ToDateTimeOffset()));

    public DuesReading Reading(MemberId? member) => new(ReadModels(), Own(), As(member), new AllThere(Network.Ledger.Head.Height));

    public DuesActs Acts(MemberId? member) => new(ReadModels(), Own(), Bases, As(member), Preview(member));

    public ActPreview Preview(MemberId? member) => new(Network.Ledger, new KeyDirectory(), new ContractSet(AllContracts.Create()), As(member));

    public static CurrentUser UserOf(MemberId member) => new(member, "本人", Keys.Of(member).Id, "es256", []);

    public DuesReminders Reminders(MemberId? member) => new(Own(), As(member));

    public LedgerExplorer Explorer(MemberId? member) => new(Network.Ledger, As(member), Names.Instance,
        [new OrganizationsSubjects(As(member), ReadModels()), new MembersSubjects(As(member), ReadModels()), new DuesSubjects(As(member), ReadModels())]);

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private Factory<ReadModelContext> ReadModels() => new(_settings, ReadModelContext.Name, o => new ReadModelContext(o, AllSlices.ReadModels));

    private Factory<DuesContext> Own() => new(_settings, DuesContext.Name, o => new DuesContext(o));

    private sealed class Factory<T>(SqlSettings settings, string name, Func<DbContextOptions<T>, T> create) : IDbContextFactory<T>
        where T : DbContext
    {
        public T CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<T>();
            options.UseMingjian(settings, name);
            return create(options.Options);
        }
    }

    private sealed class OneUser(MemberId? member) : ICurrentUser
    {
        public ValueTask<CurrentUser?> GetAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(member is { } id ? new CurrentUser(id, "本人", Keys.Of(id).Id, "es256", []) : null);
    }

    private sealed class AllThere(long height) : IReadModelProgress
    {
        public long Height => height;

        public IReadModelProgress For(string slice) => this;

        public IDisposable Subscribe(Action<long> advanced) => throw new NotSupportedException();

        public Task<bool> WaitForAsync(long height, TimeSpan atMost, CancellationToken cancellationToken = default) => Task.FromResult(true);
    }

    private sealed class Names : INameDirectory
    {
        public static Names Instance { get; } = new();

        public ValueTask<IReadOnlyDictionary<MemberId, string>> FindAsync(
            IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IReadOnlyDictionary<MemberId, string>>(members.Distinct().ToDictionary(m => m, NameOf));

        public ValueTask<IReadOnlyDictionary<OrganizationId, string>> FindAsync(
            IReadOnlyCollection<OrganizationId> organizations, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IReadOnlyDictionary<OrganizationId, string>>(
                organizations.Distinct().ToDictionary(o => o, o => o == SmallNetwork.BranchA ? "甲支部" : o == SmallNetwork.BranchB ? "乙支部" : "党委"));
    }

    public static string NameOf(MemberId member) => $"=党员{member.Value}";
}

/// <summary>Keeps bases in memory, as the vault does in its tables.</summary>
internal sealed class BaseShelf : IBaseStore
{
    public List<(MemberId Member, Month From, Amount Amount)> Kept { get; } = [];

    public Task<Hash32> KeepAsync(MemberId member, Month from, Amount monthlyBase, CancellationToken cancellationToken)
    {
        Kept.Add((member, from, monthlyBase));
        return Task.FromResult(Commitment.Compute(Commitment.Context(member, from), new Salt(5), monthlyBase.ToString()));
    }
}
