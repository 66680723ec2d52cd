using System.Text.Json;
using Mingjian.Acts;
using Mingjian.Acts.Signing;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Slices.Dues;
using Mingjian.Views.Dues;
using Mingjian.Views.Explorer;
using Mingjian.Views.Preview;
using Mingjian.Views.Session;
using Mingjian.Workbooks;
using static Mingjian.Slices.Tests.Dues.SmallNetwork;

namespace Mingjian.Slices.Tests.Dues;

public sealed class DuesServicesTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 22);
    private DuesWorld _world = null!;

    /// <summary>Every call of the services, and who may: O officer, S secretary of A, C collector of A, U auditor, M plain member of A, B secretary of B, - nobody signed in.</summary>
    public static TheoryData<string, string> RightsTable { get; } = new()
    {
        { "ReadBranch A", "OSCU" },
        { "ReadBranch B", "OUB" },
        { "ReadCommittee", "OU" },
        { "ReadArrears A", "OSCU" },
        { "ReadArrears committee", "OU" },
        { "ReadReductions B", "OUB" },
        { "ReadMember MemberA", "OSCUM" },
        { "ReadMember unknown", "" },
        { "ReadOwn", "OSCUMB" },
        { "ExportBranch A", "OSCU" },
        { "ExportCommittee", "OU" },
        { "PreviewAssessment A", "OS" },
        { "PrepareBaseChange MemberA", "O" },
        { "ReadStandards A", "O" },
        { "PrepareCollection B", "B" },
        { "PreparePayment Behind", "B" },
        { "PrepareVoluntary MemberA", "SC" },
        { "PrepareReversal NovemberOfMemberA", "OSC" },
        { "PrepareReduction MemberA", "S" },
        { "PrepareDecision MemberA", "O" },
        { "ReadPolicy committee", "OU" },
        { "PreparePolicy committee", "O" },
        { "Remind B", "OB" },
        { "Explorer", "OSCUMB" },
    };

    public async ValueTask InitializeAsync() => _world = await DuesWorld.CreateAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Theory]
    [MemberData(nameof(RightsTable))]
    public async Task Each_call_is_open_to_those_who_may_and_to_nobody_else(string call, string allowed)
    {
        foreach (var (letter, member) in new (char, MemberId?)[]
        {
            ('O', Officer), ('S', SecretaryA), ('C', CollectorA), ('U', Auditor), ('M', MemberA), ('B', SecretaryB), ('-', null),
        })
        {
            var denied = false;
            try
            {
                await CallAsync(call, member);
            }
            catch (AccessDeniedException)
            {
                denied = true;
            }

            Assert.True(denied != allowed.Contains(letter, StringComparison.Ordinal), $"{call} by {letter}: {(denied ? "denied" : "open")}");
        }
    }

    [Fact]
    public async Task An_ended_term_closes_everything()
    {
        _world.Network.Ledger.Now = At(2027, 6, 1);
        await Assert.ThrowsAsync<AccessDeniedException>(() => _world.Reading(Auditor).ReadCommitteeAsync(Committee, November));
    }

    [Fact]
    public async Task A_branch_month_adds_up()
    {
        var a = await _world.Reading(SecretaryA).ReadBranchAsync(BranchA, November);
        Assert.Equal((5, 4, 0, "192.00", "192.00"), (a.Lines.Count, a.PaidCount, a.UnpaidCount, a.Due.ToString(), a.Paid.ToString()));
        Assert.Equal(MonthState.NotAssessed, a.Lines.Single(l => l.Member == Newcomer).Month.State);
        Assert.Equal((true, true, true, true), (a.MayRecord, a.MayConsent, a.MayPropose, a.MayReverse));
        var collector = await _world.Reading(CollectorA).ReadBranchAsync(BranchA, November);
        Assert.Equal((true, false, false, true), (collector.MayRecord, collector.MayConsent, collector.MayPropose, collector.MayReverse));
        var b = await _world.Reading(SecretaryB).ReadBranchAsync(BranchB, November);
        Assert.Equal((5, 1, 3), (b.Lines.Count, b.PaidCount, b.UnpaidCount));
    }

    [Fact]
    public async Task Arrears_count_consecutive_months_and_a_waiver_is_none()
    {
        var lines = await _world.Reading(Officer).ReadArrearsAsync(Committee);
        var behind = Assert.Single(lines);
        Assert.Equal((Behind, 5, ArrearsLevel.Warning, "240.00"), (behind.Member, behind.Unpaid.Count, behind.Level, behind.Open.ToString()));
        var sums = await _world.Reading(Officer).ReadCommitteeAsync(Committee, November);
        Assert.Equal(1, sums.Branches.Single(s => s.Branch == BranchB).ArrearsOf(ArrearsLevel.Warning));
    }

    [Fact]
    public async Task A_member_sees_own_months_newest_first_with_collector_and_block()
    {
        var year = await _world.Reading(MemberA).ReadOwnAsync(2026);
        Assert.Equal(6, year.Months.Count);
        Assert.Equal(November, year.Months[0].Month);
        var payment = Assert.Single(year.Months[0].Payments);
        Assert.Equal((_world.Network.NovemberOfMemberA, DuesWorld.NameOf(CollectorA)), (payment.Payment, payment.CollectorName));
        Assert.True(payment.Mark.Height > 0 && payment.Mark.Index > 0);
    }

    [Fact]
    public async Task A_preview_says_who_cannot_be_assessed_and_why_and_its_acts_are_accepted()
    {
        var december = November.AddMonths(1);
        var preview = await _world.Acts(Officer).PreviewAssessmentAsync([BranchA, BranchB], december);
        Assert.Equal((8, "336.00"), (preview.Ready, preview.Total.ToString()));
        Assert.Contains("没有核定标准", preview.Lines.Single(l => l.Member == NoStandard).Warning, StringComparison.Ordinal);
        Assert.Contains("第七条", preview.Lines.Single(l => l.Member == Waived).Warning, StringComparison.Ordinal);
        _world.Network.Ledger.Accept(Officer, Commands(preview.Acts!));
        await _world.ProjectAsync();
        Assert.Null((await _world.Acts(Officer).PreviewAssessmentAsync([BranchA, BranchB], december)).Acts);
    }

    [Fact]
    public async Task A_ticked_list_becomes_one_accepted_payment_a_member()
    {
        var acts = await _world.Acts(SecretaryB).PrepareCollectionAsync(BranchB, November, [SecretaryB, MemberB, Behind], Today, PaymentMethod.Transfer);
        Assert.Equal(3, acts.Count);
        _world.Network.Ledger.Accept(SecretaryB, Commands(acts));
        await _world.ProjectAsync();
        Assert.Equal(0, (await _world.Reading(SecretaryB).ReadBranchAsync(BranchB, November)).UnpaidCount);
    }

    [Fact]
    public async Task Back_payment_is_prepared_for_the_secretary_and_refused_to_a_collector()
    {
        var acts = await _world.Acts(SecretaryB).PreparePaymentAsync(
            Behind, [new Month(2026, 6), new Month(2026, 7)], Today, PaymentMethod.Cash, Payer.Member);
        Assert.Equal(PaymentBasis.BackPayment, Assert.IsType<RecordPayment>(Assert.Single(Commands(acts))).Basis);
        _world.Network.Ledger.Accept(SecretaryB, Commands(acts));
        _world.Network.Ledger.Accept(CollectorA, new ReversePayment(_world.Network.NovemberOfMemberA, ReversalReason.RecordedTwice));
        var refused = await Assert.ThrowsAsync<ActRefusedException>(() => _world.Acts(CollectorA).PreparePaymentAsync(
            MemberA, [November], Today, PaymentMethod.Cash, Payer.Relative));
        Assert.Contains("第十二条", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2026, 11, 2026, 11, PaymentBasis.Ordinary)]
    [InlineData(2026, 10, 2026, 11, PaymentBasis.Ordinary)]
    [InlineData(2026, 10, 2026, 12, PaymentBasis.Quarterly)]
    [InlineData(2026, 12, 2026, 12, PaymentBasis.Quarterly)]
    [InlineData(2026, 9, 2026, 9, PaymentBasis.BackPayment)]
    [InlineData(2026, 5, 2026, 11, PaymentBasis.BackPayment)]
    [InlineData(2026, 4, 2026, 4, PaymentBasis.LongBackPayment)]
    [InlineData(2026, 4, 2026, 11, PaymentBasis.LongBackPayment)]
    [InlineData(2027, 1, 2027, 1, PaymentBasis.Quarterly)]
    [InlineData(2026, 9, 2026, 12, PaymentBasis.Quarterly)]
    public void The_basis_follows_from_date_and_months(int fromYear, int from, int untilYear, int until, PaymentBasis expected)
    {
        Month[] months = [new Month(fromYear, from), new Month(untilYear, until)];
        Assert.Equal(expected, PaymentBasisChoice.Of(Today, months));
    }

    [Fact]
    public async Task A_change_of_base_keeps_the_base_off_the_act()
    {
        var preview = await _world.Acts(Officer).PrepareBaseChangeAsync(
            MemberA, new Month(2026, 12), DuesClass.SalariedMonthly, Amount.FromYuan(6543.21m), null);
        Assert.Equal(("48.00", "98.15"), (preview.Before.ToString(), preview.After.ToString()));
        Assert.DoesNotContain("6543", preview.Acts.CommandsJson, StringComparison.Ordinal);
        Assert.Equal(Amount.FromYuan(6543.21m), Assert.Single(_world.Bases.Kept).Amount);
        _world.Network.Ledger.Accept(Officer, Commands(preview.Acts));
    }

    [Fact]
    public async Task A_reduction_goes_from_the_branch_to_the_committee()
    {
        _world.Network.Ledger.Accept(SecretaryA, Commands(
            await _world.Acts(SecretaryA).PrepareReductionAsync(MemberA, new Month(2026, 12), new Month(2027, 2), Amount.FromYuan(10))));
        await _world.ProjectAsync();
        var seen = (await _world.Reading(Officer).ReadReductionsAsync(Committee))[0];
        Assert.Equal((MemberA, ReductionOutcome.Proposed, true), (seen.Member, seen.Outcome, seen.MayDecide));
        Assert.False((await _world.Reading(SecretaryA).ReadReductionsAsync(BranchA))[0].MayDecide);
        _world.Network.Ledger.Accept(Officer, Commands(await _world.Acts(Officer).PrepareDecisionAsync(MemberA, new Month(2026, 12), true)));
        await _world.ProjectAsync();
        Assert.Equal(ReductionOutcome.Approved, (await _world.Reading(Officer).ReadReductionsAsync(Committee)).Single(r => r.Member == MemberA).Outcome);
    }

    [Fact]
    public async Task Components_come_back_as_long_as_their_hash_is_the_ledgers()
    {
        BaseComponent[] components = [new("企业", "奖金", true), new("企业", "五险一金", false)];
        _world.Network.Ledger.Accept(Officer, Commands(await _world.Acts(Officer).PreparePolicyAsync(
            Committee, RoundingMode.Down, RoundingUnit.Jiao, BaseChangeMode.FixedForYear, components)));
        await _world.ProjectAsync();
        var policy = await _world.Acts(Auditor).ReadPolicyAsync(Committee);
        Assert.Equal(components, policy.Components);
        Assert.Equal((true, false, RoundingMode.Down, RoundingUnit.Jiao), (policy.ComponentsMatch, policy.Inherited, policy.Rounding, policy.Unit));
    }

    [Fact]
    public async Task A_reminder_reaches_the_member_and_only_those_who_owe()
    {
        Assert.Equal(1, await _world.Reminders(SecretaryB).RemindAsync(BranchB, [Behind, Waived, MemberA]));
        var reminder = Assert.Single((await _world.Reading(Behind).ReadOwnAsync(2026)).Reminders);
        Assert.Equal(6, reminder.Months.Count);
        Assert.Empty((await _world.Reading(MemberA).ReadOwnAsync(2026)).Reminders);
    }

    [Fact]
    public async Task The_branch_register_reads_back_cell_by_cell()
    {
        var rows = Rows(await _world.Reading(SecretaryB).ExportBranchAsync(BranchB, 2026), "乙支部");
        Assert.Equal(2 + 1 + 5 + 1, rows.Count);
        Assert.Contains("乙支部 2026年党费收缴台账", Text(rows[0], 1), StringComparison.Ordinal);
        Assert.Contains("不列“月工资收入”（党费基数）和“执行标准”", Text(rows[1], 1), StringComparison.Ordinal);
        string[] headings = ["序号", "党员姓名", "人员类别", "1月应缴", "1月实缴", "1月日期", "1月收款人"];
        Assert.Equal(headings, Enumerable.Range(1, headings.Length).Select(c => Text(rows[2], c)));
        var member = rows.Single(r => Text(r, 2) == DuesWorld.NameOf(MemberB));
        var june = 4 + (5 * 4);
        Assert.Equal(["48", "48", "2026-06-10", DuesWorld.NameOf(SecretaryB)],
            [Text(member, june), Text(member, june + 1), member[june + 2]!.Value.TryGetDate(out var day) ? day.ToString("yyyy-MM-dd") : "", Text(member, june + 3)]);
        Assert.Equal(["288", "240"], [Text(member, 52), Text(member, 53)]);
        Assert.Equal(["合计", "864", "480"], [Text(rows[^1], 2), Text(rows[^1], 52), Text(rows[^1], 53)]);
        Assert.Contains("免交 6、7、8、9、10、11 月", Text(rows.Single(r => Text(r, 2) == DuesWorld.NameOf(Waived)), 57), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_committee_register_has_sums_and_a_sheet_a_branch()
    {
        var file = await _world.Reading(Officer).ExportCommitteeAsync(Committee, 2026);
        var sums = Rows(file, "汇总");
        var last = sums[^1];
        Assert.Equal(["合计", "10", "2016", "1632"], [Text(last, 2), Text(last, 3), Text(last, 28), Text(last, 29)]);
        Assert.Equal(9, Rows(file, "甲支部").Count);
    }

    [Fact]
    public async Task No_register_and_no_act_holds_a_wage_base_and_no_register_a_class()
    {
        var file = await _world.Reading(Officer).ExportCommitteeAsync(Committee, 2026);
        using var book = Workbook.Open(new MemoryStream(file.Content));
        Assert.All(
            book.Sheets.SelectMany(s => book.ReadRows(s).ToList()).SelectMany(r => r.Cells),
            cell => Assert.False(cell.Text is "4800" or "4800.00" or "月工资收入" or "执行标准" || Enum.GetValues<DuesClass>().Any(c => cell.Text.Contains(Terms.Of(c), StringComparison.Ordinal)), cell.Text));
        for (var index = 0; index < _world.Network.Ledger.Head.Size; index++)
        {
            Assert.DoesNotContain("4800.00", System.Text.Encoding.UTF8.GetString(_world.Network.Ledger.ReadEntry(index)!), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_explorer_finds_a_payment_and_shows_names_only_to_those_who_may_see_them()
    {
        var path = await _world.Explorer(MemberA).SearchAsync(_world.Network.NovemberOfMemberA.ToString());
        var index = long.Parse(path!.Split('/')[^1]);
        var forOfficer = await _world.Explorer(Officer).FindEntryAsync(index);
        var forOwner = await _world.Explorer(MemberA).FindEntryAsync(index);
        var forCollector = await _world.Explorer(CollectorA).FindEntryAsync(index);
        var forMember = await _world.Explorer(MemberB).FindEntryAsync(index);
        Assert.Equal(new EntrySubject("缴纳", _world.Network.NovemberOfMemberA.ToString(), $"/receipts/{_world.Network.NovemberOfMemberA}", "缴纳凭证（可离线核验）"), Assert.Single(forOfficer!.Subjects));
        Assert.Contains(forOfficer.Summary!.Facts, f => f.Value.Contains(DuesWorld.NameOf(MemberA), StringComparison.Ordinal));
        Assert.Equal(EntryScope.Whole, forOfficer.Scope);
        Assert.Contains("\"class\"", forOfficer.Json, StringComparison.Ordinal);

        // The payer: everything that it says, the collector by name alone.
        Assert.Equal((EntryScope.Own, null, null), (forOwner!.Scope, forOwner.Bytes, forOwner.Json));
        Assert.Contains("\"class\"", Assert.Single(forOwner.Events).Json, StringComparison.Ordinal);
        Assert.DoesNotContain(CollectorA.ToString(), forOwner.Events[0].Json, StringComparison.Ordinal);
        Assert.Equal([new EntrySigner(null, null, null, DuesWorld.NameOf(CollectorA))], forOwner.Signers);

        // Who may view dues: months and amounts, not the class.
        Assert.Equal((EntryScope.Part, null), (forCollector!.Scope, forCollector.Bytes));
        Assert.Contains("\"due\"", Assert.Single(forCollector.Events).Json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"class\"", forCollector.Events[0].Json, StringComparison.Ordinal);
        Assert.DoesNotContain("\"rule\"", forCollector.Events[0].Json, StringComparison.Ordinal);

        // Anybody else: that it is there.
        Assert.Equal((EntryScope.Shape, null, null, 0, null), (forMember!.Scope, forMember.Summary, forMember.Bytes, forMember.Subjects.Count, forMember.Transaction));
        Assert.Empty(forMember.Signers);
        Assert.Empty(forMember.Events);
        Assert.Equal((forOfficer.Leaf, forOfficer.ProofRoot, forOfficer.Length), (forMember.Leaf, forMember.ProofRoot, forMember.Length));
        Assert.Null(await _world.Explorer(MemberB).SearchAsync(_world.Network.NovemberOfMemberA.ToString()));
        Assert.Equal(forOfficer.Bytes, _world.Network.Ledger.ReadEntry(index));
        Assert.Null(await _world.Explorer(MemberB).SearchAsync("p-00000000000000000000000000000000"));

        // A person, by whoever may see the branch's list and by the person; an organisation, by whoever holds a post over it.
        Assert.NotNull(await _world.Explorer(Officer).SearchAsync(MemberA.ToString()));
        Assert.NotNull(await _world.Explorer(MemberA).SearchAsync(MemberA.ToString()));
        Assert.Null(await _world.Explorer(MemberB).SearchAsync(MemberA.ToString()));
        Assert.NotNull(await _world.Explorer(Officer).SearchAsync(BranchA.ToString()));
        Assert.Null(await _world.Explorer(MemberB).SearchAsync(BranchA.ToString()));
        Assert.Equal("/explorer/blocks/3", await _world.Explorer(MemberB).SearchAsync("#3"));
    }

    [Fact]
    public async Task A_list_shows_each_reader_those_whom_they_may_see_and_nobody_else()
    {
        var standards = IndexOf("dues.StandardSet", MemberA);
        var assessed = IndexOf("dues.DuesAssessed", MemberA);
        foreach (var (reader, index, sees) in new[] { (MemberA, standards, true), (CollectorA, standards, false), (MemberA, assessed, true), (MemberB, assessed, false), (CollectorA, assessed, true), (SecretaryA, standards, true) })
        {
            var view = (await _world.Explorer(reader).FindEntryAsync(index))!;
            var text = string.Concat((view.Summary?.Facts ?? []).Select(f => f.Label + f.Value)) + string.Concat(view.Events.Select(e => e.Json));
            Assert.True(text.Contains(Terms.Short(MemberA), StringComparison.Ordinal) == sees, $"{reader} {index} {text}");
            Assert.True(view.Scope == EntryScope.Whole || view.Bytes is null);
            if (reader == MemberA || reader == MemberB)
            {
                Assert.DoesNotContain(Terms.Short(CollectorA), text, StringComparison.Ordinal);
                Assert.DoesNotContain(Officer.ToString(), text, StringComparison.Ordinal);
            }
        }

        long IndexOf(string name, MemberId member)
        {
            for (long i = 0; i < _world.Network.Ledger.Head.Size; i++)
            {
                if (Log.Entries.LogEntry.Decode(_world.Network.Ledger.ReadEntry(i)!) is Log.Entries.TransactionEntry { Events: { } events }
                    && events.Any(e => e.Name == name && e.Body.GetRawText().Contains(member.ToString(), StringComparison.Ordinal)))
                {
                    return i;
                }
            }

            throw new InvalidOperationException(name);
        }
    }

    [Fact]
    public async Task Class_article_and_standard_stand_beside_amounts_for_the_member_and_for_whoever_assesses_and_for_nobody_else()
    {
        foreach (var (reader, sees) in new[] { (SecretaryA, true), (CollectorA, false), (Auditor, false), (Officer, true) })
        {
            var lines = (await _world.Reading(reader).ReadBranchAsync(BranchA, November)).Lines.Where(l => l.Month.State != MonthState.NotAssessed).ToList();
            Assert.All(lines, l => Assert.Equal((sees, sees), (l.Month.Class is not null, l.Month.Assessment!.Rule is not null)));
            var year = await _world.Reading(reader).ReadMemberAsync(MemberA, 2026);
            Assert.All(year.Months, m => Assert.Equal((sees, sees), (m.Class is not null, m.Assessment!.Rule is not null)));
        }

        Assert.All((await _world.Reading(MemberA).ReadOwnAsync(2026)).Months, m => Assert.NotNull(m.Class));
        Assert.All((await _world.Reading(SecretaryB).ReadReductionsAsync(BranchB)), r => Assert.NotNull(r.Standard));
        Assert.All((await _world.Reading(Auditor).ReadReductionsAsync(BranchB)), r => Assert.Null(r.Standard));
    }

    [Fact]
    public async Task What_is_assessed_or_collected_at_once_is_on_the_ledger_in_no_order()
    {
        // Ten tries at an order of 5: that all come out sorted is one chance in 120^10.
        var december = November.AddMonths(1);
        var ordered = 0;
        for (var i = 0; i < 10; i++)
        {
            var preview = await _world.Acts(Officer).PreviewAssessmentAsync([BranchA], december);
            var shown = preview.Lines.Where(l => l.IsReady).Select(l => l.Member);
            ordered += Commands(preview.Acts!).OfType<AssessDues>().SelectMany(c => c.Members).SequenceEqual(shown) ? 1 : 0;
        }

        Assert.True(ordered < 10);
    }

    private static List<ICommand> Commands(ActsToSign acts)
    {
        using var json = JsonDocument.Parse(acts.CommandsJson);
        return [.. json.RootElement.EnumerateArray().Select(c => CommandRegistry.Read(c.GetProperty("command").GetString()!, c.GetProperty("body")))];
    }

    private static List<SheetRow> Rows(ExportFile file, string sheet)
    {
        using var book = Workbook.Open(new MemoryStream(file.Content));
        return [.. book.ReadRows(book.Sheets.Single(s => s.Name == sheet))];
    }

    private static string Text(SheetRow row, int column) => row[column]?.Text ?? "";

    private Task CallAsync(string call, MemberId? user)
    {
        var (reading, acts) = (_world.Reading(user), _world.Acts(user));
        var next = November.AddMonths(1);
        return call switch
        {
            "ReadBranch A" => reading.ReadBranchAsync(BranchA, November),
            "ReadBranch B" => reading.ReadBranchAsync(BranchB, November),
            "ReadCommittee" => reading.ReadCommitteeAsync(Committee, November),
            "ReadArrears A" => reading.ReadArrearsAsync(BranchA),
            "ReadArrears committee" => reading.ReadArrearsAsync(Committee),
            "ReadReductions B" => reading.ReadReductionsAsync(BranchB),
            "ReadMember MemberA" => reading.ReadMemberAsync(MemberA, 2026),
            "ReadMember unknown" => reading.ReadMemberAsync(new MemberId(9999), 2026),
            "ReadOwn" => reading.ReadOwnAsync(2026),
            "ExportBranch A" => reading.ExportBranchAsync(BranchA, 2026),
            "ExportCommittee" => reading.ExportCommitteeAsync(Committee, 2026),
            "PreviewAssessment A" => acts.PreviewAssessmentAsync([BranchA], next),
            "PrepareBaseChange MemberA" => acts.PrepareBaseChangeAsync(MemberA, next, DuesClass.Retired, Amount.FromYuan(3000), null),
            "ReadStandards A" => acts.ReadStandardsAsync(BranchA),
            "PrepareCollection B" => acts.PrepareCollectionAsync(BranchB, November, [Behind], Today, PaymentMethod.Cash),
            "PreparePayment Behind" => acts.PreparePaymentAsync(Behind, [November], Today, PaymentMethod.Cash, Payer.Member),
            "PrepareVoluntary MemberA" => acts.PrepareVoluntaryAsync(MemberA, Amount.FromYuan(1000), Today, PaymentMethod.Cash),
            "PrepareReversal NovemberOfMemberA" => acts.PrepareReversalAsync(_world.Network.NovemberOfMemberA, ReversalReason.WrongAmount),
            "PrepareReduction MemberA" => acts.PrepareReductionAsync(MemberA, next, next, Amount.Zero),
            "PrepareDecision MemberA" => ProposedAsync(() => acts.PrepareDecisionAsync(MemberA, next, true)),
            "ReadPolicy committee" => acts.ReadPolicyAsync(Committee),
            "PreparePolicy committee" => acts.PreparePolicyAsync(Committee, RoundingMode.HalfUp, RoundingUnit.Fen, BaseChangeMode.FixedForYear, BaseComponent.Proposal),
            "Remind B" => _world.Reminders(user).RemindAsync(BranchB, [Behind]),
            "Explorer" => _world.Explorer(user).ReadBlocksAsync(null),
            _ => throw new ArgumentOutOfRangeException(nameof(call)),
        };
    }

    private Task ProposedAsync(Func<Task> decide)
    {
        var next = November.AddMonths(1);
        if (_world.Network.Ledger.ReadState().ReductionsOf(MemberA) is null)
        {
            _world.Network.Ledger.Accept(SecretaryA, new ProposeReduction(MemberA, next, next, Amount.Zero));
        }

        return decide();
    }
}

public sealed class NightlyCheckTests
{
    [Theory]
    [InlineData("2026-11-22T02:29:00+08:00", 1)]
    [InlineData("2026-11-22T02:30:00+08:00", 24 * 60)]
    [InlineData("2026-11-22T16:30:00+00:00", 2 * 60)]
    public void The_check_runs_at_half_past_two_in_Beijing(string now, int minutes) =>
        Assert.Equal(TimeSpan.FromMinutes(minutes), Check.NightlyCheck.Pause(DateTimeOffset.Parse(now)));
}
