using System.Globalization;
using System.Text.RegularExpressions;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads rows one after the other; remembers ID numbers, so that the second of two equal ones is the faulty one.</summary>
/// <remarks>
/// A cell that is already faulty is compared with nothing: one mistake gives one fault. What is optional never keeps a row out: it is left blank and
/// told.
/// </remarks>
internal sealed partial class RosterRowReader
{
    private const int MaxText = 200;

    /// <summary>Fewer digits than this are no ID number that somebody mistyped.</summary>
    private const int LeastDigits = 5;

    private readonly Dictionary<RosterField, RosterColumn> _columns;
    private readonly RosterContext _context;
    private readonly RowDates _dates;
    private readonly RowDues _dues;
    private readonly Dictionary<ResidentId, int> _seen = [];

    /// <summary>Registered names by their folded form, but those that folding makes alike: there the exact name decides.</summary>
    private readonly Dictionary<string, string> _folded;

    public RosterRowReader(IEnumerable<RosterColumn> columns, RosterContext context)
    {
        _columns = columns.Where(c => c.Field is not null).ToDictionary(c => c.Field!.Value);
        _context = context;
        _dates = new RowDates(context);
        _dues = new RowDues(_columns, context);
        _folded = (context.Branches ?? new Dictionary<string, OrganizationId>(StringComparer.Ordinal))
            .GroupBy(b => TextFold.Compact(b.Key), StringComparer.Ordinal)
            .Where(g => g.DistinctBy(b => b.Value).Count() == 1).ToDictionary(g => g.Key, g => g.First().Key, StringComparer.Ordinal);
    }

    /// <summary>Rows by column that wait for a day to be chosen.</summary>
    public IReadOnlyDictionary<RosterField, int> MonthsOnly => _dates.MonthsOnly;

    /// <summary>The row as understood; null for headings again, sums and remarks, which are no rows of people.</summary>
    public RosterRow? Read(SheetRow source)
    {
        var row = new RowDraft(source, _columns);
        if (IsNoPerson(row))
        {
            return null;
        }

        if (source.IsHidden)
        {
            row.NoticeRow(RosterCode.HiddenRow, string.Create(CultureInfo.InvariantCulture, $"第 {source.Number} 行在表格里是隐藏的（例如被筛选掉），也会导入；不该导入的请在表格里删去。"));
        }

        var name = ReadName(row);
        var id = ReadIdNumber(row);
        var sex = ReadSex(row, id);
        var ethnicity = ReadCode(row, RosterField.Ethnicity, CodeLists.FindEthnicity, "不是国家标准（GB/T 3304）里的民族名称");
        var birth = _dates.ReadBirthDate(row, id);
        var education = ReadCode(row, RosterField.Education, CodeLists.FindEducation, "不是国家标准（GB/T 4658）里的学历名称");
        var standing = ReadStanding(row);
        var branch = ReadBranch(row, out var organization);
        var admitted = _dates.ReadAdmitted(row, birth);
        var full = _dates.ReadFullSince(row, standing, admitted);
        var duesClass = _dues.ReadClass(row);
        var monthlyBase = _dues.ReadBase(row, duesClass);
        var phone = ReadPhone(row, RosterField.Phone);
        var otherPhone = ReadPhone(row, RosterField.OtherPhone);
        var address = ReadText(row, RosterField.Address);
        var job = ReadText(row, RosterField.Job);

        RosterPerson? person = null;
        if (!row.HasFault)
        {
            person = new RosterPerson(
                name!, id!.Value, sex!.Value, birth!.Value, ethnicity, education, standing!.Value, branch!, organization, admitted!.Value, full,
                duesClass, monthlyBase, job, phone ?? otherPhone, address, phone is null || phone == otherPhone ? null : otherPhone);
        }

        return new RosterRow(source.Number, source, person, row.Remarks);
    }

    private static bool IsNoPerson(RowDraft row)
    {
        var first = TextFold.Compact(row.Source.Cells[0].Text);
        if (row.Cell(RosterField.IdNumber) is { } id)
        {
            // Under the headings stands what is to be filled in: 必填, 18位文本.
            return IsExample(first) || RosterHeadings.Find(id.Text) == RosterField.IdNumber
                || (id.Text.Count(char.IsDigit) < LeastDigits && row.Source.Cells.Any(c => Hint().IsMatch(TextFold.Compact(c.Text))));
        }

        // A note merged over the whole width, a sum, the line of signatures: none has an ID number, and the first words say what it is.
        if (IsExample(first) || Footer().IsMatch(first))
        {
            return true;
        }

        return row.Cell(RosterField.Name) is not { } name
            ? row.Filled <= 4
            : row.Filled <= 4 && !CellText.IsName(CellText.Name(name.Text));
    }

    // The template's own row that shows how it is done.
    private static bool IsExample(string text) => text is "示例" or "例" or "样例" or "示例行" or "例如" or "填写示例" or "范例";

    [GeneratedRegex("^(?:本?页|本支部|全表|全体|总|支部)?(?:合计|总计|小计|共计|累计)|^(?:填表|制表|填报|审核|复核|备注|说明|注[:：0-9]|注$|注释|经办|负责人|单位负责|联系人[:：]|(?:支部)?书记[:：]|签字|盖章|日期[:：]|统计|共[0-9]+人|第[0-9]+页)",
        RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Footer();

    [GeneratedRegex("^(?:必填|选填|非必填|可不填)|填写|格式|位文本|^文本$|下拉", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hint();

    private static string? ReadName(RowDraft row)
    {
        if (row.Value(RosterField.Name, typed: true) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Name, RosterCode.NameMissing, "没有填写姓名。", "请填写姓名。");
            return null;
        }

        var name = CellText.Name(cell.Text);
        if (cell.Kind != CellKind.Text || !CellText.IsName(name))
        {
            var strange = CellText.StrangeIn(name);
            var what = strange is null ? "这不像姓名：太短、太长，或者间隔号的位置不对。" : $"这不像姓名：含有姓名里不会有的“{strange}”。";
            row.Fault(RosterField.Name, RosterCode.NameNotAName, what, strange switch
            {
                "(" or ")" => "姓名里的括号和说明请删去，另写在备注列。",
                "?" or "□" or "\uFFFD" => "这多半是没能存下来的生僻字，请换用支持国标 GB 18030 的输入法重新录入。",
                _ => "请填写汉字姓名；少数民族姓名的间隔号用“·”。",
            });
            return null;
        }

        if (name != cell.Text)
        {
            row.Notice(RosterField.Name, RosterCode.NameRewritten, IsTwoParts(cell.Text, name)
                ? $"已去掉空格，记作“{name}”；若空格处应是间隔号，请写成“·”。"
                : $"已规范为“{name}”（去掉空格和看不见的字符，间隔号统一为“·”）。");
        }

        return name;
    }

    // 阿依古丽 买买提: the space may stand for the dot, which is not put there unasked.
    private static bool IsTwoParts(string given, string name) =>
        name.Length >= 5 && !name.Contains(TextFold.MiddleDot, StringComparison.Ordinal) && TextFold.Words(given).Contains(' ', StringComparison.Ordinal);

    private ResidentId? ReadIdNumber(RowDraft row)
    {
        if (row.Value(RosterField.IdNumber, typed: true) is not { } cell)
        {
            row.FaultIfBlank(RosterField.IdNumber, RosterCode.IdNumberMissing, "没有填写公民身份号码。", "请填写 18 位公民身份号码。");
            return null;
        }

        if (IdText.Read(row, cell) is not { } id)
        {
            return null;
        }

        if (_seen.TryAdd(id, row.Number))
        {
            return id;
        }

        row.Fault(RosterField.IdNumber, RosterCode.IdNumberTwice,
            string.Create(CultureInfo.InvariantCulture, $"公民身份号码与第 {_seen[id]} 行相同。"), "同一个人请只留一行；不是同一个人的，请按身份证改正其中一个号码。");
        return null;
    }

    private static Sex? ReadSex(RowDraft row, ResidentId? id)
    {
        var cell = row.Optional(RosterField.Sex);
        var text = cell is { } given ? TextFold.Compact(given.NumberText) : string.Empty;
        var sex = CodeLists.FindSex(Code(text));
        if (cell is null || sex is null)
        {
            if (cell is not null)
            {
                row.NotTaken(RosterField.Sex, "性别只能是“男”或“女”（代码 1 或 2）");
            }

            if (id is { } known)
            {
                row.Notice(RosterField.Sex, RosterCode.TakenFromIdNumber, $"性别已按身份证号取“{CodeLists.SexName(known.Sex)}”。");
            }

            return id?.Sex;
        }

        var name = CodeLists.SexName(sex.Value);
        if (text != name || text != cell.Value.Text)
        {
            row.Notice(RosterField.Sex, RosterCode.CodeRewritten, $"已理解为“{name}”。");
        }

        if (id is { } number && number.Sex != sex)
        {
            row.Notice(RosterField.Sex, RosterCode.SexDiffersFromIdNumber, $"与身份证号表明的性别（{CodeLists.SexName(number.Sex)}）不一致，已按填写的记录，请核对。");
        }

        return sex;
    }

    private static string? ReadCode(RowDraft row, RosterField field, Func<string, string?> find, string why)
    {
        if (row.Optional(field) is not { } cell)
        {
            row.NoticeIfBlank(field);
            return null;
        }

        var code = find(Code(TextFold.Compact(cell.NumberText)));
        if (code is null)
        {
            row.NotTaken(field, why);
        }

        return code;
    }

    // Text files write the code 1 as 1.0.
    private static string Code(string text) => text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;

    private static MemberStanding? ReadStanding(RowDraft row)
    {
        if (!row.HasColumn(RosterField.Category) && row.HasColumn(RosterField.FullSince))
        {
            // A day of full membership proves a full member; that there is none proves nothing.
            if (row.Cell(RosterField.FullSince) is { } since && !CellText.MeansNothing(since.Text))
            {
                row.NoticeRow(RosterCode.CategoryFromFullSince, "没有“人员类别”列；有转正日期，按正式党员登记。");
                return MemberStanding.FullMember;
            }

            row.Fault(RosterField.Category, RosterCode.CategoryMissing, "没有“人员类别”列，也没有转正日期，看不出是正式党员还是预备党员。",
                "请在表格里加一列“人员类别”，填“正式党员”或“预备党员”。");
            return null;
        }

        if (row.Value(RosterField.Category) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Category, RosterCode.CategoryMissing, "没有填写人员类别。", "请填“正式党员”或“预备党员”。");
            return null;
        }

        var text = TextFold.Compact(cell.Text);
        var standing = CodeLists.FindStanding(text);
        if (standing is { } understood && text != cell.Text.Trim())
        {
            row.Notice(RosterField.Category, RosterCode.CodeRewritten, $"已理解为“{CodeLists.StandingName(understood)}”。");
        }

        if (standing is null)
        {
            if (CodeLists.IsNotYetAMember(text))
            {
                row.Fault(RosterField.Category, RosterCode.CategoryNotAMember, "党员名册只登记正式党员和预备党员。", "请把这一行移出名册。");
            }
            else
            {
                row.Fault(RosterField.Category, RosterCode.CategoryUnknown, "看不出是正式党员还是预备党员。", "请填“正式党员”或“预备党员”。");
            }
        }

        return standing;
    }

    private string? ReadBranch(RowDraft row, out OrganizationId? organization)
    {
        organization = null;
        string name;
        if (!row.HasColumn(RosterField.Branch) && _context.Said.Branch is { } chosen)
        {
            name = chosen;
        }
        else if (row.Value(RosterField.Branch) is { } cell)
        {
            name = CellText.Trimmed(cell.Text);
            if (_context.Branches?.ContainsKey(name) != true && _folded.TryGetValue(TextFold.Compact(name), out var registered))
            {
                name = registered;
            }

            if (name != cell.Text.Trim())
            {
                row.Notice(RosterField.Branch, RosterCode.CodeRewritten, $"已理解为“{name}”。");
            }
        }
        else
        {
            row.FaultIfBlank(RosterField.Branch, RosterCode.BranchMissing, "没有填写所在党支部。", "请逐行填写党支部名称；原表若是合并单元格，转存时合并信息可能已丢失。");
            return null;
        }

        if (_context.Branches is not { } branches)
        {
            return name;
        }

        if (branches.TryGetValue(name, out var id))
        {
            organization = id;
            return name;
        }

        row.Fault(RosterField.Branch, RosterCode.BranchUnknown, "没有这个党支部，或者它不在您的管理范围之内。",
            $"只是写法不同的，请在本页指定它是哪个支部{Hint(name, branches.Keys)}；确是新支部的，可以在本页随导入一起设立。");
        return null;
    }

    private static string Hint(string name, IEnumerable<string> known)
    {
        var near = known.Select(k => (Name: k, Common: k.Intersect(name).Count())).Where(k => k.Common >= 2)
            .OrderByDescending(k => k.Common).ThenBy(k => k.Name, StringComparer.Ordinal).Take(3).Select(k => $"“{k.Name}”").ToList();
        return near.Count == 0 ? string.Empty : $"（例如{string.Join("、", near)}）";
    }

    private static string? ReadPhone(RowDraft row, RosterField field)
    {
        if (row.Optional(field) is not { } cell)
        {
            if (field == RosterField.Phone)
            {
                row.NoticeIfBlank(field);
            }

            return null;
        }

        var reading = cell.Kind is CellKind.Text or CellKind.Number ? PhoneText.Read(cell) : default;
        if (reading.IsLossy)
        {
            row.Fault(field, RosterCode.PhoneNotAPhone, "号码曾被 Excel 变成数字（科学记数），后几位已经丢失，无法还原。",
                "请把单元格格式设为“文本”后重新录入 11 位号码；暂时没有号码的，请清空这一格。");
            return null;
        }

        if (reading.Number is not { } phone)
        {
            row.NotTaken(field, "这不是能拨通的电话号码（手机 11 位；座机写区号和号码，例如 010-62345678）");
            return null;
        }

        if (reading.Rest.Length > 0)
        {
            row.Notice(field, RosterCode.PhoneRewritten, $"已取第一个号码 {phone}，其余的“{reading.Rest}”没有采用。");
        }
        else if (phone != cell.NumberText)
        {
            row.Notice(field, RosterCode.PhoneRewritten, $"已规范为 {phone}。");
        }

        return phone;
    }

    private static string? ReadText(RowDraft row, RosterField field)
    {
        if (row.Optional(field) is not { } cell)
        {
            return null;
        }

        var text = CellText.Trimmed(cell.NumberText);
        if (text.Length > MaxText)
        {
            row.NotTaken(field, "文字超过 200 个字");
            return null;
        }

        return text;
    }
}
