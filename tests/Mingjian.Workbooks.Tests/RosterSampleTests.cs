using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Testing;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Workbooks.Tests;

/// <summary>The two sample rosters: what was planted is found, and nothing else.</summary>
public sealed class RosterSampleTests
{
    private static readonly RosterContext Context = new(new DateOnly(2026, 11, 22));

    [Fact]
    public void The_dirty_roster_yields_exactly_the_planted_faults()
    {
        var reading = Read("roster-dirty-60.xlsx");
        Assert.Equal(60, reading.Rows.Count);
        var faults = reading.Rows.SelectMany(r => r.Remarks).Where(r => r.IsFault).Select(r => $"{r.Row} {r.Column} {r.Heading} {r.Code} {r.Kind}");
        Assert.Equal(
            """
            5 D 公民身份号码 roster/222 IdNumberTurnedIntoNumber
            8 D 公民身份号码 roster/227 IdNumberTwice
            11 D 公民身份号码 roster/226 IdNumberCheckCharacter
            17 J 加入党组织日期 roster/262 DateWithoutDay
            20 J 加入党组织日期 roster/263 DateInFuture
            26 M 月党费计算基数（元） roster/283 BaseNegative
            29 H 人员类别 roster/242 CategoryUnknown
            32 I 所在党支部 roster/251 BranchMissing
            35 B 姓名 roster/212 NameNotAName
            41 J 加入党组织日期 roster/266 AdmittedUnderAge
            47 K 转为正式党员日期 roster/268 FullSinceNotAfterAdmission
            """.ReplaceLineEndings("\n"),
            string.Join('\n', faults));
        Assert.Equal(49, reading.Rows.Count(r => r.IsGood));
    }

    [Fact]
    public void The_dirty_roster_gives_notices_for_the_readable_oddities_only()
    {
        var reading = Read("roster-dirty-60.xlsx");
        var notices = reading.Rows.SelectMany(r => r.Remarks).Where(r => !r.IsFault).Select(r => $"{r.Row} {r.Column} {r.Kind} {r.What}");
        Assert.Equal(
            """
            14 F DateRewritten 已理解为 1975-03-08。
            14 F BirthDateDiffersFromIdNumber 与身份证号表明的出生日期（1968-07-21）不一致，已按填写的记录，请以档案认定为准核对。
            23 M NumberRewritten 已理解为 4800.00 元。
            38 C NotTaken 性别只能是“男”或“女”（代码 1 或 2），没有采用，这一项留空，可以以后补充。
            38 C TakenFromIdNumber 性别已按身份证号取“男”。
            41 F BirthDateDiffersFromIdNumber 与身份证号表明的出生日期（1999-10-10）不一致，已按填写的记录，请以档案认定为准核对。
            44 N NotTaken 这不是能拨通的电话号码（手机 11 位；座机写区号和号码，例如 010-62345678），没有采用，这一项留空，可以以后补充。
            """.ReplaceLineEndings("\n"),
            string.Join('\n', notices));
        Assert.Empty(reading.Remarks);
        Assert.Equal(new DateOnly(1975, 3, 8), reading.Rows.Single(r => r.Number == 14).Person!.BirthDate);
        Assert.Equal(new Amount(480_000), reading.Rows.Single(r => r.Number == 23).Person!.Base);
        Assert.Equal("阿依古丽·买买提", reading.Rows.Single(r => r.Number == 16).Person!.Name);
    }

    [Fact]
    public void Every_fault_names_the_value_and_says_how_to_mend_it()
    {
        var faults = Read("roster-dirty-60.xlsx").Rows.SelectMany(r => r.Remarks).Where(r => r.IsFault).ToList();
        Assert.All(faults, f => Assert.NotEmpty(f.Mend));
        Assert.All(faults, f => Assert.NotEmpty(f.What));
        Assert.Equal("1.1010519491231e+17", faults[0].Value);
        Assert.Equal("2019年7月", faults[3].Value);
        Assert.Equal("=HYPERLINK(\"http://x\",\"点我\")", faults[8].Value);
    }

    [Fact]
    public void The_clean_roster_has_300_good_rows_and_no_remark()
    {
        var reading = Read("roster-300.xlsx");
        Assert.Equal(300, reading.Rows.Count);
        Assert.Empty(reading.Rows.SelectMany(r => r.Remarks));
        Assert.Empty(reading.Remarks);
        Assert.Equal((1, 2), (reading.Columns[0].Column, reading.HeadingRow));
        Assert.Equal((249, 51), (Count(MemberStanding.FullMember), Count(MemberStanding.ProbationaryMember)));
        var first = reading.Rows[0].Person!;
        Assert.Equal(
            ("陈丽", "990227195907218204", Sex.Female, "08", "70", new DateOnly(1959, 7, 21), new DateOnly(1979, 2, 27), DuesClass.Retired, new Amount(488_505)),
            (first.Name, first.IdNumber.Reveal(), first.Sex, first.Ethnicity, first.Education, first.BirthDate, first.Admitted, first.Class, first.Base));

        int Count(MemberStanding standing) => reading.Rows.Count(r => r.Person!.Standing == standing);
    }

    [Fact]
    public void Faulty_rows_go_out_as_a_workbook_that_gives_the_same_faults_when_read_again()
    {
        var reading = Read("roster-dirty-60.xlsx");
        using var stream = new MemoryStream(WorkbookWriter.ToArray(RosterReasons.Create(reading)));
        using (var workbook = Workbook.Open(stream))
        {
            var rows = workbook.ReadRows(workbook.Sheets[0]).ToList();
            Assert.Equal(12, rows.Count);
            Assert.Equal("导入问题（改好后直接上传）", rows[0].Cells[^1].Text);
            Assert.StartsWith("原第 47 行“转为正式党员日期”：转正日期应晚于加入党组织日期", rows[11].Cells[^1].Text, StringComparison.Ordinal);
            Assert.All(rows.SelectMany(r => r.Cells), c => Assert.NotEqual(CellKind.Formula, c.Kind));
        }

        var again = RosterReader.Read(stream, Context);
        // Only the duplicate is gone: the row it doubled is not in this workbook. 
        Assert.Equal(
            [
                RosterCode.IdNumberTurnedIntoNumber, RosterCode.IdNumberCheckCharacter, RosterCode.DateWithoutDay, RosterCode.DateInFuture, RosterCode.BaseNegative,
                RosterCode.CategoryUnknown, RosterCode.BranchMissing, RosterCode.NameNotAName, RosterCode.AdmittedUnderAge,
                RosterCode.FullSinceNotAfterAdmission,
            ],
            again.Rows.SelectMany(r => r.Remarks).Where(r => r.IsFault).Select(r => r.Kind));
    }

    private static RosterReading Read(string sample)
    {
        using var file = File.OpenRead(Repository.File("samples", sample));
        return RosterReader.Read(file, Context);
    }
}
