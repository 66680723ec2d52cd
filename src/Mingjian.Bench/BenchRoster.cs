using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Engine.Admission;
using Mingjian.Primitives;

namespace Mingjian.Bench;

/// <summary>A committee, branches, their secretaries and a roster, made on a ledger by signed acts.</summary>
internal sealed class BenchRoster : IDisposable
{
    /// <summary>Branches, each with a secretary who signs its payments.</summary>
    public const int Branches = 16;

    private const int MonthsBack = 6;
    private static readonly Amount Monthly = new(20);
    private static readonly Dictionary<Type, MessageType> Types =
        AllContracts.Create().SelectMany(c => c.Commands).ToDictionary(c => c.Type);

    private readonly Es256Signer _officer = Es256Signer.Create();
    private readonly Es256Signer[] _secretaries = [.. Enumerable.Range(0, Branches).Select(_ => Es256Signer.Create())];
    private readonly OrganizationId _committee = LedgerId.New<OrganizationId>();
    private readonly OrganizationId[] _branches = [.. Enumerable.Range(0, Branches).Select(_ => LedgerId.New<OrganizationId>())];

    public static NetworkId Network { get; } = NetworkId.Parse("bench.mingjian.invalid/1");

    /// <summary>One for each branch; their keys are bound by <see cref="PrepareAsync"/>.</summary>
    public IReadOnlyList<Es256Signer> Secretaries => _secretaries;

    private static LedgerTime Now => LedgerTime.From(TimeProvider.System.GetUtcNow());

    private static DateOnly Today => Now.BeijingDate;

    /// <summary>Roster, posts, standards and assessments.</summary>
    public async Task PrepareAsync(Ledger ledger, int members, int payers, IProgress<string> progress)
    {
        var officer = LedgerId.New<MemberId>();
        await DoAsync(ledger, [new FoundNetwork(_committee, Hash32.Of([1]), officer, _officer.Key)], _officer);
        await DoAsync(ledger, _branches.Select(b => new EstablishOrganization(b, _committee, OrganizationKind.PartyBranch, Hash32.Of([2]))), _officer);
        await ImportAsync(ledger, members, progress);
        await BindSecretariesAsync(ledger);

        var paying = Enumerable.Range(0, payers).Select(i => MemberOf((int)((long)i * members / payers))).ToArray();
        var firstMonth = Month.Of(Today).AddMonths(-MonthsBack);
        progress.Report("standards");
        await DoAsync(ledger, paying.Chunk(StandardLine60).Select(c => new SetStandards([.. c.Select(m => new StandardLine(m.Id, firstMonth, DuesClass.Student, Monthly, null))])), _officer);
        progress.Report("assessments");
        for (var back = MonthsBack; back >= 0; back--)
        {
            var month = Month.Of(Today).AddMonths(-back);
            await DoAsync(ledger,
                paying.GroupBy(m => m.Branch).SelectMany(g => g.Chunk(AssessDues.MaxMembers).Select(c => new AssessDues(_branches[g.Key], month, [.. c.Select(m => m.Id)]))),
                _officer);
        }
    }

    /// <summary>Envelopes of payments, each of one month of one member, signed by the branch's secretary, in a random order.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5394", Justification = "A shuffle that every run repeats.")]
    public byte[][] SignPayments(int members, int payers)
    {
        var today = Today;
        var all = Enumerable.Range(0, payers * (MonthsBack + 1)).ToArray();
        new Random(1).Shuffle(all);
        var envelopes = new byte[all.Length][];
        Parallel.For(0, all.Length, i =>
        {
            var (id, branch) = MemberOf((int)((long)(all[i] % payers) * members / payers));
            var back = all[i] / payers;
            var payment = new RecordPayment(
                LedgerId.New<PaymentId>(), id, _branches[branch], today, PaymentMethod.Cash, Payer.Member,
                back <= 1 ? PaymentBasis.Ordinary : PaymentBasis.BackPayment, [new PaymentItem(Month.Of(today).AddMonths(-back), Monthly)]);
            envelopes[i] = Sign(payment, _secretaries[branch]);
        });
        return envelopes;
    }

    public void Dispose()
    {
        _officer.Dispose();
        foreach (var secretary in _secretaries)
        {
            secretary.Dispose();
        }
    }

    /// <summary>What opens a member's name commitment.</summary>
    internal static (Salt Salt, string Name) NameOf(MemberId member) => (new Salt(member.Value), $"党员 {member.Value}");

    private const int StandardLine60 = SetStandards.MaxLines;

    private static (MemberId Id, int Branch) MemberOf(int number) => (new MemberId((UInt128)(uint)number + 1), number % Branches);

    private static byte[] Sign(ICommand command, params IReadOnlyList<ISigner> signers)
    {
        var type = Types[command.GetType()];
        var payload = TransactionPayload.Encode(
            type.Name, command, type.Json, Network, Now.AddMilliseconds(48L * 3600 * 1000), LedgerId.New<Nonce>(), signers[0].Key.Id);
        return SigningRequest.For(payload).SignWith(signers)[0].Encode();
    }

    private async Task ImportAsync(Ledger ledger, int members, IProgress<string> progress)
    {
        var perImport = ImportRecord.MaxChunks * ImportMembers.MaxRows;
        for (var first = 0; first < members; first += perImport)
        {
            progress.Report($"import {first} of {members}");
            var import = LedgerId.New<ImportId>();
            var rows = Enumerable.Range(first, Math.Min(perImport, members - first)).Chunk(ImportMembers.MaxRows).ToArray();
            await DoAsync(ledger, rows.Select((chunk, i) => new ImportMembers(import, i, rows.Length, [.. chunk.Select(Row)])), _officer);
        }
    }

    private MemberRow Row(int number)
    {
        var (id, branch) = MemberOf(number);
        var hash = Hash32.Of(BitConverter.GetBytes(number));
        var (salt, name) = NameOf(id);
        return new MemberRow(
            id, _branches[branch], MemberStanding.FullMember, new DateOnly(2010, 7, 1), new DateOnly(2011, 7, 1),
            hash, Commitment.Compute(Commitment.Context(id, "name"), salt, name), hash);
    }

    private async Task BindSecretariesAsync(Ledger ledger)
    {
        var codes = _branches.Select(_ => InvitationCode.New()).ToArray();
        await DoAsync(ledger, codes.Select((code, b) => new IssueInvitation(MemberOf(b).Id, code.Key, Now.AddMilliseconds(3_600_000))), _officer);
        for (var b = 0; b < Branches; b++)
        {
            await DoAsync(ledger, [new BindKey(MemberOf(b).Id, _secretaries[b].Key)], _secretaries[b], codes[b]);
        }

        await DoAsync(ledger, _branches.Select((branch, b) => new AppointToPost(MemberOf(b).Id, branch, Post.BranchSecretary, Today.AddDays(-300), null)), _officer);
    }

    private static async Task DoAsync(Ledger ledger, IEnumerable<ICommand> commands, params IReadOnlyList<ISigner> signers)
    {
        foreach (var page in commands.Chunk(2048))
        {
            var envelopes = new byte[page.Length][];
            Parallel.For(0, page.Length, i => envelopes[i] = Sign(page[i], signers));
            var results = await Task.WhenAll(envelopes.Select(e => ledger.SubmitAsync(e, CancellationToken.None)));
            if (results.FirstOrDefault(r => r.Refusal is not null) is { } refused)
            {
                throw new InvalidOperationException($"The bench's own act was refused: {refused.Refusal}");
            }
        }
    }
}
