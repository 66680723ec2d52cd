using System.Globalization;
using CsCheck;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Testing;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Workbooks.Tests;

/// <summary>What goes out comes in again unchanged: faulty rows that were mended, the member list, the template.</summary>
public sealed class RoundTripTests
{
    private static readonly DateOnly Today = new(2026, 11, 30);
    private static readonly string[] Headings = ["姓名", "公民身份号码", "人员类别", "所在党支部", "加入党组织日期", "转为正式党员日期", "职业状况", "月党费计算基数", "联系电话", "备注"];

    // How one date is put into a cell: as a number under one of several formats, or as a text.
    private static readonly Gen<Func<DateOnly, bool, string>> Dates = OneOf<Func<DateOnly, bool, string>>(
        (d, mac) => $" s=\"1\"><v>{Serial(d, mac)}</v>",
        (d, mac) => $"><v>{Serial(d, mac)}</v>",
        (d, mac) => $"><v>{Serial(d, mac)}.0</v>",
        (d, mac) => $" s=\"1\"><v>{Serial(d, mac)}.25</v>",
        (d, mac) => $" s=\"2\"><v>{Serial(d, mac)}</v>",
        (d, _) => $"><v>{d:yyyyMMdd}</v>",
        (d, _) => $" t=\"d\" s=\"1\"><v>{d:yyyy-MM-dd}T00:00:00</v>",
        (d, _) => Inline($"{d:yyyy-MM-dd}"),
        (d, _) => Inline($"{d:yyyy.M.d}"),
        (d, _) => Inline($"{d:yyyy}年{d.Month}月{d.Day}日"),
        (d, _) => Inline($"{d:yyyy/M/d} 0:00"),
        (d, _) => Inline($"{d:yyyy}年{d.Month}月"),
        (d, _) => $"><v>{d:yyyyMM}</v>");

    private static readonly Gen<Func<string>> Bases = OneOf<Func<string>>(
        () => "><v>4800</v>", () => "><v>4885.0500000000002</v>", () => Inline("4,800.50元"), () => Inline("0.48万"), () => Inline("4800,50"), () => "><f>4000+800</f><v>4800</v>");

    private static readonly Gen<Func<string>> Phones = OneOf<Func<string>>(
        () => "><v>13912345678</v>", () => "><v>1.3912345678E10</v>", () => Inline("139 1234 5678"), () => Inline("010-62345678转1"), () => Inline("无"), () => Inline("1.39E+10"));

    private static readonly Gen<DateOnly> Day = Gen.Int[0, 9000].Select(n => new DateOnly(1992, 1, 1).AddDays(n));

    [Fact]
    public void Faulty_rows_that_go_out_and_are_mended_are_read_as_the_file_itself_would_be_whatever_its_formats() =>
        Gen.Select(Gen.Bool, Day, Dates, Dates, Bases, Phones).Sample(
            (mac, admitted, first, second, monthlyBase, phone) =>
            {
                string[] Cells(string category) =>
                [
                    Inline("测试甲"), Inline("990101197005061018"[..17] + ResidentId.CheckCharacter("99010119700506101")), Inline(category), Inline("机关第一党支部"), first(admitted, mac),
                    second(admitted.AddYears(1), mac), Inline("在职"), monthlyBase(), phone(), Inline("=1+1"),
                ];
                var right = Read(Sheet(Cells("正式党员"), mac)).Rows[0];

                // The same row without its category goes out as faulty; somebody types the category into the export.
                var faulty = Read(Sheet(Cells(""), mac));
                Assert.Null(faulty.Rows[0].Person);
                var export = RosterReasons.Create(faulty);
                var mended = export with { Rows = [.. export.Rows.Select(r => (IReadOnlyList<CellValue>)[.. r.Take(2), "正式党员", .. r.Skip(3)])] };
                var again = Read(WorkbookWriter.ToArray(mended)).Rows[0];
                Assert.Equal(right.Person, again.Person);
                Assert.Equal(Faults(right), Faults(again));
            },
            iter: 600, threads: 1);

    [Fact]
    public void A_member_list_that_goes_out_comes_in_again_with_the_same_people()
    {
        using var file = File.OpenRead(Repository.File("samples", "roster-300.xlsx"));
        var people = RosterReader.Read(file, new RosterContext(Today)).Rows.Select(r => r.Person!).ToList();
        people[0] = people[0] with { OtherPhone = "010-62345678", Job = "某岗位", Address = "=某市" };
        var again = Read(WorkbookWriter.ToArray(RosterSheet.Create(people.Select((p, i) => RosterSheet.Row(p, i + 1)), withDues: true)));
        Assert.Equal(people, again.Rows.Select(r => r.Person));
        Assert.True(again.CanImport);
        var bare = Read(WorkbookWriter.ToArray(RosterSheet.Create(people.Select((p, i) => RosterSheet.Row(p, i + 1)), withDues: false)));
        Assert.Equal(people.Select(p => p with { Class = null, Base = null }), bare.Rows.Select(r => r.Person));
    }

    [Fact]
    public void The_template_says_itself_that_nobody_is_in_it_and_reads_what_is_typed_below_its_example()
    {
        var template = RosterSheet.Template(["机关第一党支部", "生产党支部"]);
        var empty = Assert.Throws<RosterException>(() => Read(WorkbookWriter.ToArray(template)));
        Assert.Equal(RosterFileFault.NoRows, empty.Fault);
        var person = RosterSheet.Row(
            "李四", "990101197005061018"[..17] + ResidentId.CheckCharacter("99010119700506101"), Sex.Male, "01", null, "20", MemberStanding.ProbationaryMember, "生产党支部",
            new DateOnly(2026, 7, 1), null, DuesClass.Student, null, null, null, null, null, 1);
        var reading = Read(WorkbookWriter.ToArray([template[0] with { Rows = [.. template[0].Rows, person] }, template[1]]));
        Assert.Equal("李四", Assert.Single(reading.Rows).Person!.Name);
        Assert.Contains(reading.Remarks, r => r is { Kind: RosterCode.RowLeftOut, Row: 3 });
        Assert.DoesNotContain(reading.Remarks, r => r.Kind == RosterCode.ColumnLeftOut);
    }

    private static Gen<T> OneOf<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);

    private static IEnumerable<RosterCode> Faults(RosterRow row) => row.Remarks.Where(r => r.IsFault).Select(r => r.Kind);

    private static int Serial(DateOnly date, bool mac) => date.DayNumber - new DateOnly(1899, 12, 30).DayNumber - (mac ? 1462 : 0);

    private static string Inline(string text) => $" t=\"inlineStr\"><is><t>{text}</t></is>";

    private static byte[] Sheet(string[] cells, bool mac)
    {
        var headings = string.Concat(Headings.Select((h, i) => $"<c r=\"{SheetCell.ColumnName(i + 1)}1\"{Inline(h)}</c>"));
        var row = string.Concat(cells.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"<c r=\"{SheetCell.ColumnName(i + 1)}2\"{c}</c>")));
        return new RawWorkbook($"<row r=\"1\">{headings}</row><row r=\"2\">{row}</row>", mac ? "<workbookPr date1904=\"1\"/>" : "").Bytes();
    }

    private static RosterReading Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return RosterReader.Read(stream, new RosterContext(Today));
    }
}
