using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Mingjian.Primitives;
using Mingjian.Server.Identity;
using Mingjian.Slices.Dues;
using Mingjian.Slices.Kernel.Countersigning;
using Mingjian.Storage.Sql;
using Mingjian.Vault;
using Mingjian.Views.ReadModels;

namespace Mingjian.Server.Tests.Artefacts;

/// <summary>What the kept stores hold, in every table of every store that cannot be rebuilt; ids are fixed, so that a later release knows what to look for.</summary>
internal static class KeptRows
{
    public static readonly MemberId Named = new(101);

    public static readonly MemberId Dated = new(102);

    public static readonly MemberId Erased = new(103);

    /// <summary>Somebody of whom only the name is kept, with the first character of the astral planes in it.</summary>
    public static readonly MemberId Rare = new(104);

    public static readonly ImportId Import = new(201);

    public static readonly OrganizationId Branch = new(301);

    public static readonly KeyId Key = new(777);

    public static readonly Hash32 Session = Hash32.Of("session"u8);

    public static readonly Hash32 EndedSession = Hash32.Of("ended session"u8);

    public static readonly Hash32 Table = Hash32.Of("{}"u8);

    public static readonly Hash32 Act = Hash32.Of("act"u8);

    public static readonly LedgerTime Time = new(1_795_430_400_000);

    public static readonly Amount Base = new(812_345);

    public static readonly Month From = new(2026, 11);

    public static readonly byte[] Credential = [1, 2, 3, 4];

    public static readonly byte[] CoseKey = [5, 6, 7];

    public static readonly Guid Id = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

    public static readonly byte[] SharedValue = [9, 8, 7];

    /// <summary>GB 11643 with its check character; of nobody: no division of the state has the code 990101.</summary>
    private const string FirstId = "99010119800101001";

    /// <summary>Fills the stores of a running server through its own services.</summary>
    public static async Task FillAsync(IServiceProvider services)
    {
        var vault = await services.GetRequiredService<VaultAccess>().GetAsync();
        await vault.StageAsync(
            new ImportRow { Import = Import, By = Named, File = Hash32.Of("file"u8), People = 3, LeftOut = 1, Known = 0 },
            [
                new NewPerson(Named, Person("测试一", 0)),
                new NewPerson(Dated, Person("测试二", 1), (From, Base)),
                new NewPerson(Erased, Person("测试三", 2)),
            ]);
        Assert.True(await vault.EraseAsync(Erased));
        await vault.StageNameAsync(Rare, "𠮷田");
        await vault.StageOrganizationAsync(Branch, "测试支部");

        await using (var scope = services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var account = Account.Of(Named);
            Assert.True((await users.CreateAsync(account)).Succeeded);
            Assert.True((await users.AddOrUpdatePasskeyAsync(account, new UserPasskeyInfo(
                Credential, CoseKey, Time.ToDateTimeOffset(), 41, ["internal"], true, true, false, [], []))).Succeeded);
        }

        await AddAsync<IdentityDatabase>(
            services,
            new SessionRow { Id = Session, Member = Named, Key = Key, Opened = Time, LastSeen = Time.AddMilliseconds(60_000) },
            new SessionRow { Id = EndedSession, Member = Dated, Key = Key, Opened = Time, LastSeen = Time, Ended = Time.AddMilliseconds(1) });
        await AddAsync<DuesContext>(
            services,
            new ComponentTable { Hash = Table, Json = "{}" },
            new Reminder { Id = Id, Member = Named, Branch = Branch, By = Dated, Time = Time, Months = "2026-10,2026-11" },
            new CheckRun
            {
                Id = Id,
                Started = Time,
                Finished = Time.AddMilliseconds(5),
                Height = 7,
                Rows = 70,
                Digest = "digest",
                FaultCount = 0,
                Faults = "[]",
                Trigger = CheckTrigger.Person,
                By = Named,
            });
        await AddAsync<PendingDatabase>(
            services,
            new HeldAct { Id = Act, Branch = Branch, Signer = Named, Made = Time, Expires = Time.AddMilliseconds(1_000), Envelope = [123, 125] });
    }

    /// <summary>Reads all of it back through a running server's services: nothing is missing and nothing reads otherwise.</summary>
    /// <param name="hasPending">Not in backups: what waits for a second signature is signed again.</param>
    public static async Task CheckAsync(IServiceProvider services, bool hasPending = true)
    {
        var vault = await services.GetRequiredService<VaultAccess>().GetAsync();
        var names = await vault.FindNamesAsync([Named, Dated, Erased, Rare]);
        Assert.Equal(3, names.Count);
        Assert.Equal(("测试一", "测试二", "𠮷田"), (names[Named], names[Dated], names[Rare]));
        Assert.Equal(Person("测试二", 1), await vault.FindRecordAsync(Dated));
        Assert.Null(await vault.FindRecordAsync(Erased));
        Assert.Equal("测试支部", (await vault.FindOrganizationsAsync())[Branch]);
        Assert.Equal((Import, 3, 1), (await vault.FindImportsAsync(9)) is [var import] ? (import.Import, import.People, import.LeftOut) : default);
        var commitment = await ReadAsync<VaultContext, Hash32>(services, c => c.Bases.Where(b => b.Member == Dated).Select(b => b.Commitment).SingleAsync());
        Assert.Equal(Base, (await vault.FindBasesAsync([(Dated, commitment)]))[commitment]);

        await using (var scope = services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
            var account = await users.FindByPasskeyIdAsync(Credential);
            Assert.Equal(Named.ToString(), account?.UserName);
            var passkey = Assert.Single(await users.GetPasskeysAsync(account!));
            Assert.Equal(CoseKey, passkey.PublicKey);
            Assert.Equal((41u, true, true, false), (passkey.SignCount, passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp));
        }

        var sessions = await ReadAsync<IdentityDatabase, List<SessionRow>>(
            services, c => c.Sessions.AsNoTracking().Where(s => s.Id == Session || s.Id == EndedSession).OrderBy(s => s.Member).ToListAsync());
        Assert.Equal([(Named, Key, null), (Dated, Key, (LedgerTime?)Time.AddMilliseconds(1))], sessions.Select(s => (s.Member, s.Key, s.Ended)));
        Assert.Equal("{}", await ReadAsync<DuesContext, string>(services, c => c.ComponentTables.Where(t => t.Hash == Table).Select(t => t.Json).SingleAsync()));
        var reminder = await ReadAsync<DuesContext, Reminder>(services, c => c.Reminders.AsNoTracking().SingleAsync());
        Assert.Equal((Id, Named, Branch, Dated, Time, "2026-10,2026-11"), (reminder.Id, reminder.Member, reminder.Branch, reminder.By, reminder.Time, reminder.Months));
        var run = await ReadAsync<DuesContext, CheckRun>(services, c => c.CheckRuns.AsNoTracking().SingleAsync(r => r.Id == Id));
        Assert.Equal((Time, 70L, CheckTrigger.Person, (MemberId?)Named), (run.Started, run.Rows, run.Trigger, run.By));
        if (!hasPending)
        {
            return;
        }

        var act = await ReadAsync<PendingDatabase, HeldAct>(services, c => c.Acts.AsNoTracking().SingleAsync(a => a.Id == Act));
        Assert.Equal((Branch, Named, Time.AddMilliseconds(1_000)), (act.Branch, act.Signer, act.Expires));
        Assert.Equal([123, 125], act.Envelope);
    }

    private static PersonRecord Person(string name, int number)
    {
        var digits = FirstId[..^1] + (char)('1' + number);
        return new PersonRecord(name, digits + ResidentId.CheckCharacter(digits), 1, new DateOnly(1980, 1, 1), "01", "20", "会计", "13900000000", "某市某路");
    }

    private static async Task AddAsync<TContext>(IServiceProvider services, params object[] rows)
        where TContext : DbContext
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync();
        context.AddRange(rows);
        await context.SaveChangesAsync();
    }

    private static async Task<T> ReadAsync<TContext, T>(IServiceProvider services, Func<TContext, Task<T>> read)
        where TContext : DbContext
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContextAsync();
        return await read(context);
    }
}
