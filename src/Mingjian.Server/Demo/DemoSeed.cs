using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Keys;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Server.Channel;
using Mingjian.Server.Configuration;
using Mingjian.Server.Operations;
using Mingjian.Vault;
using Mingjian.Views.Directory;

namespace Mingjian.Server.Demo;

/// <summary>Builds the demo network at the first start: every step is a signed act, and is left out when the ledger has it already.</summary>
internal sealed partial class DemoSeed(
    ServerOptions options, ILedger ledger, INodeStanding node, DemoActs acts, INameRegistry names, VaultAccess vault, TimeProvider clock,
    IHostApplicationLifetime lifetime, ILogger<DemoSeed> logger) : IHostedService
{
    private const int MonthsBack = 3;

    private Task _seeding = Task.CompletedTask;

    private DateOnly Today => LedgerTime.From(clock.GetUtcNow()).BeijingDate;

    /// <summary>The plan; null until the demo is there, and outside the demo.</summary>
    public DemoPlan? Plan { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Start != StartMode.Demo)
        {
            return;
        }

        // In a network the first node seeds, once the agreement stands; the others are given its plan, so that one can sign in there, too.
        var directory = PrivateFiles.CreateDirectory(options.NetworkDirectory);
        if (options.Role == ServerRole.Web)
        {
            _seeding = RunAsync(c => SeedFromWebAsync(directory, c), lifetime.ApplicationStopping);
            return;
        }

        if (options.Node is { } node)
        {
            if (node.Number == 1)
            {
                _seeding = RunAsync(c => SeedNetworkAsync(DemoPlan.LoadOrCreate(directory), c), lifetime.ApplicationStopping);
            }
            else if (DemoPlan.Exists(directory))
            {
                Plan = DemoPlan.LoadOrCreate(directory);
            }

            return;
        }

        await SeedAsync(DemoPlan.LoadOrCreate(directory), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _seeding;

    private async Task SeedNetworkAsync(DemoPlan plan, CancellationToken cancellationToken)
    {
        await foreach (var _ in ledger.FollowAsync(1, cancellationToken))
        {
            if (ledger.ReadState().Nodes() is not null)
            {
                break;
            }
        }

        await SeedAsync(plan, cancellationToken);
    }

    /// <summary>From the first web process of a node whose ledger is empty; the others are given its plan, or only show what there is.</summary>
    private async Task SeedFromWebAsync(string directory, CancellationToken cancellationToken)
    {
        while (node.Read() is not { } standing || ledger.Head.Height < standing.Status.Head.Height)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellationToken);
        }

        if (DemoPlan.Exists(directory) || ledger.ReadState().Get(OrganizationsState.TopKey) is null)
        {
            var plan = DemoPlan.LoadOrCreate(directory);
            await (node.Place is { Shared: true } ? SeedNetworkAsync(plan, cancellationToken) : SeedAsync(plan, cancellationToken));
        }
    }

    private async Task RunAsync(Func<CancellationToken, Task> seed, CancellationToken cancellationToken)
    {
        try
        {
            await seed(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start goes on where this one was broken off.
        }
#pragma warning disable CA1031 // Nobody awaits it; the network runs without the demo's people.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotSeeded(logger, fault);
        }
    }

    private async Task SeedAsync(DemoPlan plan, CancellationToken cancellationToken)
    {
        using var founder = Es256Signer.Import(plan.FounderKey);
        using var officer = Es256Signer.Import(plan.KeyOf(DemoPlan.Officer));
        using var secretary = Es256Signer.Import(plan.KeyOf(DemoPlan.Secretary));
        var isNew = ledger.ReadState().Get(OrganizationsState.TopKey) is null;
        await FoundAsync(plan, founder, cancellationToken);
        await ImportAsync(plan, founder, cancellationToken);
        await AppointAsync(plan, founder, cancellationToken);
        await CollectAsync(plan, officer, secretary, cancellationToken);
        Plan = plan;
        if (isNew)
        {
            LogSeeded(logger, plan.People.Count + 1, ledger.Head.Size);
        }
    }

    private async Task FoundAsync(DemoPlan plan, Es256Signer founder, CancellationToken cancellationToken)
    {
        if (ledger.ReadState().Get(OrganizationsState.TopKey) is null)
        {
            await names.RegisterAsync(plan.Founder, DemoPlan.FounderName, cancellationToken);
            var name = await names.RegisterAsync(plan.Committee, DemoPlan.CommitteeName, cancellationToken);
            await acts.SubmitAsync(founder, [new FoundNetwork(plan.Committee, name, plan.Founder, founder.Key)], cancellationToken);
        }

        var branches = new List<ICommand>();
        foreach (var branch in plan.Branches.Where(b => ledger.ReadState().Organization(b.Id) is null))
        {
            var name = await names.RegisterAsync(branch.Id, branch.Name, cancellationToken);
            branches.Add(new EstablishOrganization(branch.Id, plan.Committee, OrganizationKind.PartyBranch, name));
        }

        await acts.SubmitAsync(founder, branches, cancellationToken);
    }

    private async Task ImportAsync(DemoPlan plan, Es256Signer founder, CancellationToken cancellationToken)
    {
        var from = Month.Of(Today).AddMonths(-MonthsBack);
        if (ledger.ReadState().Import(plan.Import) is not null)
        {
            return;
        }

        var people = await vault.GetAsync(cancellationToken);
        // What a start that was broken off has left behind.
        await people.RemoveAsync(plan.Import, cancellationToken);
        var staged = await people.StageAsync(
            new ImportRow { Import = plan.Import, By = plan.Founder, People = plan.People.Count },
            [.. plan.People.Select((p, i) => new NewPerson(
                p.Id,
                new PersonRecord(p.Name, p.IdNumber(i), (i % 2) + 1, new DateOnly(p.AdmittedYear - 22, 1, 1), "汉族", "大学本科"),
                DuesAmounts.HasBase(p.Class) ? (from, p.Base) : null))],
            cancellationToken: cancellationToken);
        var policy = ledger.ReadState().PolicyFor(plan.Committee);
        var rows = plan.People.Zip(staged, (p, s) => new MemberRow(
            p.Id, plan.Branches[p.Branch].Id, MemberStanding.FullMember, p.Admitted, p.Admitted.AddYears(1), s.Identity, s.Name, s.Record));
        var lines = plan.People.Zip(staged, (p, s) => new StandardLine(
            p.Id, from, p.Class,
            DuesAmounts.HasBase(p.Class) ? DuesAmounts.Compute(p.Class, p.Base, policy, from.FirstDay) : DuesAmounts.Flat,
            s.Base));
        await acts.SubmitAsync(
            founder, [new ImportMembers(plan.Import, 0, 1, [.. rows]), new SetStandards([.. lines])], cancellationToken);
    }

    // Posts and first keys come from the founding officer; afterwards that officer has nothing to sign with anybody.
    private async Task AppointAsync(DemoPlan plan, Es256Signer founder, CancellationToken cancellationToken)
    {
        var since = Month.Of(Today).AddMonths(-MonthsBack - 1).FirstDay;
        var state = ledger.ReadState();
        (int Person, OrganizationId Organization, Post Post)[] posts =
        [
            (DemoPlan.Officer, plan.Committee, Post.OrganizationOfficer),
            (DemoPlan.SecondOfficer, plan.Committee, Post.OrganizationOfficer),
            (DemoPlan.Secretary, plan.Branches[0].Id, Post.BranchSecretary),
            (DemoPlan.Auditor, plan.Committee, Post.Auditor),
        ];
        await acts.SubmitAsync(
            founder,
            [
                .. posts.Where(p => state.PostsOf(plan.People[p.Person].Id) is null)
                    .Select(p => new AppointToPost(plan.People[p.Person].Id, p.Organization, p.Post, since, null)),
            ],
            cancellationToken);
        foreach (var (person, pkcs8) in plan.Keys)
        {
            using var key = Es256Signer.Import(pkcs8);
            if (state.KeyRecord(key.Key.Id) is null)
            {
                var member = plan.People[person].Id;
                var code = InvitationCode.New();
                await acts.SubmitAsync(
                    founder, [new IssueInvitation(member, code.Key, LedgerTime.From(clock.GetUtcNow() + TimeSpan.FromHours(1)))],
                    cancellationToken);
                await acts.SubmitAsync([key, code], [new BindKey(member, key.Key)], cancellationToken);
            }
        }
    }

    private async Task CollectAsync(DemoPlan plan, Es256Signer officer, Es256Signer secretary, CancellationToken cancellationToken)
    {
        // Only once: later months are the users' own to assess and collect.
        var state = ledger.ReadState();
        var first = Month.Of(Today).AddMonths(-MonthsBack);
        if (state.DuesMonth(plan.People[0].Id, first) is not null)
        {
            return;
        }

        var assessments = new List<ICommand>();
        var payments = new List<ICommand>();
        for (var back = MonthsBack; back >= 0; back--)
        {
            var month = Month.Of(Today).AddMonths(-back);
            for (var b = 0; b < plan.Branches.Count; b++)
            {
                assessments.Add(new AssessDues(plan.Branches[b].Id, month, [.. plan.People.Where(p => p.Branch == b).Select(p => p.Id)]));
            }

            var date = month.FirstDay.AddDays(9) <= Today ? month.FirstDay.AddDays(9) : Today;
            for (var i = 0; i < plan.People.Count; i++)
            {
                // The newest month is half paid, and one member is a month behind, so that lists of unpaid dues are not empty.
                var isPaid = plan.People[i].Branch == 0 && (back > 1 || (back == 1 && i != 4) || (back == 0 && i is 0 or 2));
                if (isPaid)
                {
                    payments.Add(new RecordPayment(
                        LedgerId.New<PaymentId>(), plan.People[i].Id, plan.Branches[0].Id, date,
                        i % 2 == 0 ? PaymentMethod.Transfer : PaymentMethod.Cash, Payer.Member, PaymentBasis.Ordinary,
                        [new PaymentItem(month, state.StandardsOf(plan.People[i].Id)!.InForce(month)!.Monthly)]));
                }
            }
        }

        await acts.SubmitAsync(officer, assessments, cancellationToken);
        await acts.SubmitAsync(secretary, payments, cancellationToken);
        await DisputeAsync(plan, payments, secretary, cancellationToken);
    }

    // One objection that the branch has answered, so that the member finds something to decide.
    private async Task DisputeAsync(DemoPlan plan, IEnumerable<ICommand> payments, Es256Signer secretary, CancellationToken cancellationToken)
    {
        var payment = payments.OfType<RecordPayment>().First(p => p.Member == plan.People[DemoPlan.Member].Id).Payment;
        using var member = Es256Signer.Import(plan.KeyOf(DemoPlan.Member));
        await acts.SubmitAsync(member, [new DisputePayment(payment, DisputeReason.WrongDate)], cancellationToken);
        if (acts.Carries(typeof(AnswerDispute)))
        {
            await acts.SubmitAsync(secretary, [new AnswerDispute(payment, DisputeAnswer.EntryIsRight)], cancellationToken);
        }
    }

    [LoggerMessage(EventId = 21, Level = LogLevel.Error, Message = "The demo could not be built")]
    private static partial void LogNotSeeded(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "Demo network built: {People} people, {Entries} log entries")]
    private static partial void LogSeeded(ILogger logger, int people, long entries);
}
