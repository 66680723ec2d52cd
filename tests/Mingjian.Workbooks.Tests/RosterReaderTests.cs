using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Testing;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Workbooks.Tests;

public sealed class RosterReaderTests
{
    private const string Good = "11010519491231002X";
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly string[] Headings =
        ["姓名", "性别", "公民身份号码", "民族", "出生日期", "学历", "人员类别", "所在党支部", "加入党组织日期", "转为正式党员日期", "职业状况", "月党费计算基数（元）", "联系电话"];

    private static readonly CellValue[] Values =
        ["张三", "女", Good, "汉族", new DateOnly(1949, 12, 31), "大学本科", "正式党员", "机关第一党支部", new DateOnly(1970, 7, 1), new DateOnly(1971, 7, 1), "离退休", 4800m, "13912345678"];

    [Fact]
    public void Columns_may_stand_in_any_order_with_or_without_a_title()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        RosterReading clean;
        using (var file = File.OpenRead(Repository.File("samples", "roster-300.xlsx")))
        {
            clean = RosterReader.Read(file, new RosterContext(Today));
        }

        for (var round = 0; round < 6; round++)
        {
            var order = Enumerable.Range(0, clean.Columns.Count).ToArray();
            random.Shuffle(order);
            var rows = clean.Rows.Select(r => (IReadOnlyList<CellValue>)[.. order.Select(i => Copy(r.Source[clean.Columns[i].Column]))]);
            var content = new SheetContent("名册", [.. order.Select(i => new SheetColumn(clean.Columns[i].Heading, 10, clean.Columns[i].Heading.Contains("日期", StringComparison.Ordinal) ? CellFormat.Date : CellFormat.Text))], rows)
            {
                Title = round % 2 == 0 ? null : "某某集团党委党员名册",
                Subtitle = round % 3 == 0 ? null : "填表单位：组织部",
            };
            var reading = Read(content);
            Assert.Equal(clean.Rows.Select(r => r.Person), reading.Rows.Select(r => r.Person));
            Assert.Empty(reading.Rows.SelectMany(r => r.Remarks));
        }
    }

    [Theory]
    [InlineData("党员姓名", RosterField.Name)]
    [InlineData(" 姓  名 ", RosterField.Name)]
    [InlineData("*身份证号", RosterField.IdNumber)]
    [InlineData("身份证号码（18位）", RosterField.IdNumber)]
    [InlineData("出生年月", RosterField.BirthDate)]
    [InlineData("党员类别", RosterField.Category)]
    [InlineData("党支部", RosterField.Branch)]
    [InlineData("所属支部", RosterField.Branch)]
    [InlineData("入党日期", RosterField.Admitted)]
    [InlineData("入党时间", RosterField.Admitted)]
    [InlineData("转正日期", RosterField.FullSince)]
    [InlineData("工作岗位", RosterField.Job)]
    [InlineData("职业", RosterField.Occupation)]
    [InlineData("月工资收入", RosterField.Base)]
    [InlineData("党费基数(元)", RosterField.Base)]
    [InlineData("手机", RosterField.Phone)]
    [InlineData("手机号码", RosterField.Phone)]
    [InlineData("家庭\n住址", RosterField.Address)]
    [InlineData("⼈员类别【必填】", RosterField.Category)]
    [InlineData("手机\uFE00号码", RosterField.Phone)]
    [InlineData("备注", null)]
    public void Headings_are_known_in_their_usual_spellings(string heading, RosterField? field) =>
        Assert.Equal(field, ReadColumn(heading));

    [Theory]
    [InlineData("2023年7月1日", "2023-07-01", true)]
    [InlineData("2023.07.01", "2023-07-01", true)]
    [InlineData("2023.7.1", "2023-07-01", true)]
    [InlineData("20230701", "2023-07-01", true)]
    [InlineData("２０２３－０７－０１", "2023-07-01", true)]
    [InlineData("2023—07—01", "2023-07-01", true)]
    [InlineData("2023–7−1", "2023-07-01", true)]
    [InlineData(" 2023-7-1 ", "2023-07-01", false)]
    [InlineData("2023-07-01", "2023-07-01", false)]
    [InlineData("2023/7/1", "2023-07-01", false)]
    public void Dates_are_read_in_their_usual_spellings(string text, string date, bool notice)
    {
        var row = ReadRow("转为正式党员日期", text);
        Assert.Equal(date, row.Person!.FullSince!.Value.ToString("yyyy-MM-dd"));
        Assert.Equal(notice, row.Remarks.Any(r => r.Kind == RosterCode.DateRewritten));
    }

    [Theory]
    [InlineData("2023-02-29", RosterCode.DateUnreadable)]
    [InlineData("2023.13.1", RosterCode.DateUnreadable)]
    [InlineData("去年", RosterCode.DateUnreadable)]
    [InlineData("23.7.1", RosterCode.DateUnreadable)]
    [InlineData("1921.7.1-", RosterCode.DateUnreadable)]
    [InlineData("2023年7月", RosterCode.DateWithoutDay)]
    [InlineData("2023.07", RosterCode.DateWithoutDay)]
    [InlineData("202307", RosterCode.DateWithoutDay)]
    [InlineData("2026-11-23", RosterCode.DateInFuture)]
    [InlineData("1970-07-01", RosterCode.FullSinceNotAfterAdmission)]
    public void A_date_that_cannot_stand_is_one_fault(string text, RosterCode fault) => OneFault("转为正式党员日期", text, fault);

    [Fact]
    public void Today_is_not_in_the_future() => Assert.True(ReadRow("转为正式党员日期", "2026-11-22").IsGood);

    [Theory]
    [InlineData("1967-12-30", RosterCode.AdmittedUnderAge)]
    [InlineData("1921-06-30", RosterCode.AdmittedBeforeFounding)]
    public void An_admission_that_cannot_be_is_one_fault(string text, RosterCode fault) => OneFault("加入党组织日期", text, fault);

    [Fact]
    public void Admission_on_the_eighteenth_birthday_is_accepted() => Assert.True(ReadRow("加入党组织日期", "1967-12-31").IsGood);

    [Theory]
    [InlineData("110105194912310021", RosterCode.IdNumberCheckCharacter)]
    [InlineData("11010519491331002X", RosterCode.IdNumberBirthDate)]
    [InlineData("1101051949123100X2", RosterCode.IdNumberCharacters)]
    [InlineData("110105491231002", RosterCode.IdNumberLength)]
    [InlineData(null, RosterCode.IdNumberMissing)]
    public void A_wrong_identity_number_is_one_fault(string? text, RosterCode fault) => OneFault("公民身份号码", text, fault);

    [Theory]
    [InlineData("'11010519491231002x")]
    [InlineData("110105 19491231 002X")]
    [InlineData("１１０１０５１９４９１２３１００２Ｘ")]
    public void A_readable_identity_number_is_rewritten_with_a_notice(string text)
    {
        var row = ReadRow("公民身份号码", text);
        Assert.Equal(Good, row.Person!.IdNumber.Reveal());
        Assert.Equal(RosterCode.IdNumberRewritten, Assert.Single(row.Remarks).Kind);
    }

    [Theory]
    [InlineData("张 三", "张三")]
    [InlineData("阿依古丽•买买提", "阿依古丽·买买提")]
    [InlineData("阿依古丽．买买提", "阿依古丽·买买提")]
    [InlineData("阿依古丽・买买提", "阿依古丽·买买提")]
    [InlineData("阿依古丽.买买提", "阿依古丽·买买提")]
    [InlineData("王\u200B五", "王五")]
    [InlineData("\uF92C五", "\u90CE五")]
    [InlineData("⽅⼥", "方女")]
    [InlineData("葛\U000E0100龙\uFE00", "葛龙")]
    [InlineData("Re\u0301mi", "R\u00E9mi")]
    public void Names_are_brought_into_one_form_with_a_notice(string text, string name)
    {
        var row = ReadRow("姓名", text);
        Assert.Equal(name, row.Person!.Name);
        Assert.Equal(RosterCode.NameRewritten, Assert.Single(row.Remarks).Kind);
    }

    [Theory]
    [InlineData("张三1")]
    [InlineData("张")]
    [InlineData("·张三")]
    [InlineData("张三·")]
    [InlineData("@张三")]
    [InlineData("张\uE000")]
    public void What_is_no_name_is_one_fault(string text) => OneFault("姓名", text, RosterCode.NameNotAName);

    [Fact]
    public void Rare_characters_beyond_the_basic_plane_are_names() => Assert.Equal("𠮷䶮", ReadRow("姓名", "𠮷䶮").Person!.Name);

    [Theory]
    [InlineData("1", Sex.Male)]
    [InlineData("2", Sex.Female)]
    [InlineData("男", Sex.Male)]
    [InlineData("女性", Sex.Female)]
    public void Sex_is_read_as_word_or_code(string text, Sex sex) => Assert.Equal(sex, ReadRow("性别", text).Person!.Sex);

    [Fact]
    public void Sex_and_birth_date_that_differ_from_the_identity_number_are_notices_for_people_to_decide()
    {
        Assert.Equal([RosterCode.CodeRewritten, RosterCode.SexDiffersFromIdNumber], ReadRow("性别", "1").Remarks.Select(r => r.Kind));
        Assert.Equal([RosterCode.BirthDateDiffersFromIdNumber], ReadRow("出生日期", "1949-12-30").Remarks.Select(r => r.Kind));
        Assert.Equal([RosterCode.TakenFromIdNumber], ReadRow("出生日期", "1949年12月").Remarks.Select(r => r.Kind));
    }

    [Theory]
    [InlineData("民族", "汉", null)]
    [InlineData("民族", "01", null)]
    [InlineData("民族", "火星族", null)]
    [InlineData("学历", "本科", null)]
    [InlineData("学历", "大专", null)]
    [InlineData("学历", "博导", null)]
    [InlineData("人员类别", "入党积极分子", RosterCode.CategoryNotAMember)]
    [InlineData("人员类别", null, RosterCode.CategoryMissing)]
    [InlineData("职业状况", "神仙", RosterCode.OccupationUnknown)]
    [InlineData("职业状况", null, RosterCode.OccupationMissing)]
    [InlineData("月党费计算基数（元）", null, RosterCode.BaseMissing)]
    [InlineData("月党费计算基数（元）", "面议", RosterCode.BaseUnreadable)]
    [InlineData("月党费计算基数（元）", "0", RosterCode.BaseZero)]
    [InlineData("月党费计算基数（元）", "-0.01", RosterCode.BaseNegative)]
    [InlineData("月党费计算基数（元）", "4,800.00元", null)]
    [InlineData("月党费计算基数（元）", "10000000.01", RosterCode.BaseTooLarge)]
    [InlineData("联系电话", "010-62345678", null)]
    [InlineData("联系电话", "+86 139 1234 5678", null)]
    [InlineData("联系电话", "1391234567", null)]
    [InlineData("联系电话", "1.39E+10", RosterCode.PhoneNotAPhone)]
    [InlineData("转为正式党员日期", null, RosterCode.FullSinceMissing)]
    public void Codes_amounts_and_phones_are_checked(string column, string? text, RosterCode? fault)
    {
        if (fault is { } expected)
        {
            OneFault(column, text, expected);
        }
        else
        {
            Assert.True(ReadRow(column, text).IsGood);
        }
    }

    [Fact]
    public void A_probationer_has_no_full_membership_date()
    {
        var row = ReadRow(("人员类别", "预备党员"));
        Assert.Equal(RosterCode.FullSinceOfProbationer, Assert.Single(row.Remarks, r => r.IsFault).Kind);
        row = ReadRow(("人员类别", "预备党员"), ("转为正式党员日期", null));
        Assert.Equal(MemberStanding.ProbationaryMember, row.Person!.Standing);
        Assert.Equal(RosterCode.ProbationLongerThanAYear, Assert.Single(row.Remarks).Kind);
    }

    [Fact]
    public void Classes_with_a_flat_amount_need_no_base_and_do_not_use_one()
    {
        Assert.Null(ReadRow(("职业状况", "农民"), ("月党费计算基数（元）", null)).Person!.Base);
        var row = ReadRow("职业状况", "学生");
        Assert.Equal((DuesClass.Student, null), (row.Person!.Class, row.Person.Base));
        Assert.Equal(RosterCode.BaseNotNeeded, Assert.Single(row.Remarks).Kind);
    }

    [Fact]
    public void A_branch_that_is_not_known_is_a_fault_with_a_hint()
    {
        var known = new Dictionary<string, OrganizationId>(StringComparer.Ordinal) { ["机关第一党支部"] = OrganizationId.From(1), ["生产党支部"] = OrganizationId.From(2) };
        Assert.Equal(OrganizationId.From(1), Read(Sheet(), known).Rows[0].Person!.Organization);
        var fault = Assert.Single(Read(Sheet(("所在党支部", "机关一支部")), known).Rows[0].Remarks);
        Assert.Equal(RosterCode.BranchUnknown, fault.Kind);
        Assert.Contains("“机关第一党支部”", fault.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("机关第一党支部(一)", 1)]
    [InlineData("机关第一党⽀部【一】", 1)]
    [InlineData(" 机关第一\u200B党支部（一）", 1)]
    [InlineData("两可（甲）", 2)]
    [InlineData("两可(甲)", 3)]
    [InlineData("两可【甲】", null)]
    public void A_branch_is_found_however_its_name_is_typed_but_never_guessed(string typed, int? expected)
    {
        var known = new Dictionary<string, OrganizationId>(StringComparer.Ordinal)
        {
            ["机关第一党支部（一）"] = OrganizationId.From(1),
            ["两可（甲）"] = OrganizationId.From(2),
            ["两可(甲)"] = OrganizationId.From(3),
        };
        var row = Read(Sheet(("所在党支部", typed)), known).Rows[0];
        Assert.Equal(expected is { } id ? OrganizationId.From((uint)id) : null, row.Person?.Organization);
    }

    [Fact]
    public void A_formula_in_a_cell_is_one_fault()
    {
        var cells = string.Concat(Headings.Select((h, i) => $"<c r=\"{SheetCell.ColumnName(i + 1)}1\" t=\"inlineStr\"><is><t>{h}</t></is></c>"));
        var raw = new RawWorkbook($"<row r=\"1\">{cells}</row><row r=\"2\"><c r=\"A2\" t=\"str\"><f>HYPERLINK(1)</f><v>张三</v></c><c r=\"C2\" t=\"inlineStr\"><is><t>{Good}</t></is></c></row>");
        using var stream = new MemoryStream(raw.Bytes());
        var remarks = RosterReader.Read(stream, new RosterContext(Today)).Rows[0].Remarks;
        Assert.Equal(RosterCode.FormulaCell, Assert.Single(remarks, r => r.Column == "A").Kind);
    }

    [Theory]
    [InlineData("400-810-8888", "400-810-8888")]
    [InlineData("86 13912345678", "13912345678")]
    [InlineData("(010)62345678", "010-62345678")]
    [InlineData("电话：13912345678", "13912345678")]
    [InlineData("010-12345678", "010-12345678")]
    [InlineData("139123456789", null)]
    [InlineData("1391234567", null)]
    [InlineData("—", null)]
    public void A_telephone_is_read_whole_or_not_at_all(string text, string? phone)
    {
        var row = ReadRow("联系电话", text);
        Assert.Equal(phone, row.Person!.Phone);
        Assert.Equal(phone != text, row.Remarks.Any(r => r.Heading == "联系电话"));
    }

    [Theory]
    [InlineData("2000年七月一日", "2000-07-01")]
    [InlineData("二〇〇〇年7月1日", "2000-07-01")]
    [InlineData("二零零零年十二月三十一日", "2000-12-31")]
    [InlineData("二○○○年十月廿一日", "2000-10-21")]
    [InlineData("2000 1 2", "2000-01-02")]
    [InlineData("2000-07-01 星期六", "2000-07-01")]
    [InlineData("2000/7/1 下午 3:05", "2000-07-01")]
    public void Days_are_read_in_words_and_with_what_stands_behind_them(string text, string date)
    {
        var row = ReadRow("转为正式党员日期", text);
        Assert.Equal(date, row.Person!.FullSince!.Value.ToString("yyyy-MM-dd"));
        Assert.Contains(row.Remarks, r => r.Kind == RosterCode.DateRewritten);
    }

    [Theory]
    [InlineData("本页小计", false)]
    [InlineData("合计：12人", false)]
    [InlineData("（公章）", false)]
    [InlineData("2026年12月1日", false)]
    [InlineData("制表人：张三", false)]
    [InlineData("第1页 共2页", false)]
    [InlineData("李四", true)]
    public void A_row_with_a_name_alone_is_a_person_whose_data_are_missing_and_all_else_is_told_as_left_out(string text, bool person)
    {
        var row = new CellValue[Headings.Length];
        row[0] = text;
        var reading = Read(new SheetContent("名册", [.. Headings.Select(h => new SheetColumn(h, 10))], [Values, row]));
        Assert.Equal(person ? 2 : 1, reading.Rows.Count);
        Assert.Equal(person ? 0 : 1, reading.Remarks.Count(r => r is { Kind: RosterCode.RowLeftOut, Row: 3 }));
    }

    [Fact]
    public void What_is_to_be_filled_in_below_the_headings_is_nobody()
    {
        CellValue[] hints = ["必填", "必填", "18位文本", .. new CellValue[Headings.Length - 3]];
        var reading = Read(new SheetContent("名册", [.. Headings.Select(h => new SheetColumn(h, 10))], [hints, Values]));
        Assert.Equal(3, Assert.Single(reading.Rows).Number);
        Assert.Contains(reading.Remarks, r => r is { Kind: RosterCode.RowLeftOut, Row: 2 });
    }

    [Fact]
    public void Sums_footers_and_repeated_headings_are_no_people()
    {
        var blank = new CellValue[Headings.Length];
        CellValue[] footer = [.. blank];
        footer[0] = "制表人：李四";
        CellValue[] sum = [.. blank];
        sum[11] = 4800m;
        var content = new SheetContent("名册", [.. Headings.Select(h => new SheetColumn(h, 10))], [Values, [.. Headings.Select(h => (CellValue)h)], sum, footer]);
        var reading = Read(content);
        Assert.Single(reading.Rows);
        Assert.Equal([RosterCode.RowLeftOut, RosterCode.RowLeftOut], reading.Remarks.Select(r => r.Kind));
    }

    [Theory]
    [InlineData("甲,乙,丙", RosterFileFault.NoHeadings)]
    [InlineData("姓名,公民身份号码,人员类别,所在党支部,入党日期", RosterFileFault.NoRows)]
    public void A_workbook_that_is_no_roster_is_refused_with_a_code(string headings, RosterFileFault fault)
    {
        var content = new SheetContent("名册", [.. headings.Split(',').Select(h => new SheetColumn(h, 10))], []);
        var refusal = Assert.Throws<RosterException>(() => Read(content));
        Assert.Equal(fault, refusal.Fault);
        Assert.Equal($"roster/{(int)fault}", refusal.Code);
    }

    private static void OneFault(string column, string? text, RosterCode fault)
    {
        var row = ReadRow(column, text);
        Assert.Null(row.Person);
        var remark = Assert.Single(row.Remarks, r => r.IsFault);
        Assert.Equal((fault, 2, text ?? string.Empty), (remark.Kind, remark.Row, remark.Value));
    }

    private static RosterField? ReadColumn(string heading)
    {
        var taken = RosterHeadingsOf(heading);
        var reading = Read(new SheetContent("名册", [.. taken.Select(h => new SheetColumn(h, 10))], [[.. taken.Select(_ => (CellValue)"值")]]));
        return reading.Columns[0].Field;
    }

    // The heading under test first, then the required ones that it does not stand for.
    private static List<string> RosterHeadingsOf(string heading)
    {
        string[][] required = [["姓名", "姓名"], ["身份证", "公民身份号码"], ["类别", "人员类别"], ["支部", "所在党支部"], ["入党", "入党日期"]];
        var plain = heading.Replace(" ", string.Empty, StringComparison.Ordinal);
        return [heading, .. required.Where(r => !plain.Contains(r[0], StringComparison.Ordinal)).Select(r => r[1])];
    }

    private static RosterRow ReadRow(string column, string? text) => ReadRow((column, text));

    private static RosterRow ReadRow(params (string Column, string? Text)[] changes) => Assert.Single(Read(Sheet(changes)).Rows);

    private static SheetContent Sheet(params (string Column, string? Text)[] changes)
    {
        var values = Values.ToArray();
        foreach (var (column, text) in changes)
        {
            values[Array.IndexOf(Headings, column)] = text;
        }

        return new SheetContent("名册", [.. Headings.Select((h, i) => new SheetColumn(h, 10, i is 4 or 8 or 9 ? CellFormat.Date : CellFormat.Text))], [values]);
    }

    private static RosterReading Read(SheetContent content, IReadOnlyDictionary<string, OrganizationId>? branches = null)
    {
        using var stream = new MemoryStream(WorkbookWriter.ToArray(content));
        return RosterReader.Read(stream, new RosterContext(Today, branches));
    }

    private static CellValue Copy(SheetCell? cell) => cell switch
    {
        null => CellValue.Blank,
        { Kind: CellKind.Date } date when date.TryGetDate(out var day) => day,
        { Kind: CellKind.Number } number => decimal.Parse(number.Text),
        { } text => text.Text,
    };
}
