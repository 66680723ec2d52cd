using System.Globalization;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads rows one after the other; remembers ID numbers, so that the second of two equal ones is the faulty one.</summary>
/// <remarks>A cell that is already faulty is compared with nothing: one mistake gives one fault.</remarks>
internal sealed class RosterRowReader
{
    /// <summary>The Party's founding: no admission is older.</summary>
    private static readonly DateOnly Founding = new(1921, 7, 1);

    private readonly Dictionary<RosterField, RosterColumn> _columns;
    private readonly RosterContext _context;
    private readonly RosterField? _classColumn;
    private readonly Dictionary<ResidentId, int> _seen = [];

    /// <summary>Branches by their folded names, but those that folding makes alike: there the exact name decides.</summary>
    private readonly Dictionary<string, OrganizationId> _folded;

    public RosterRowReader(IEnumerable<RosterColumn> columns, RosterContext context)
    {
        _columns = columns.Where(c => c.Field is not null).ToDictionary(c => c.Field!.Value);
        _context = context;
        _classColumn = _columns.ContainsKey(RosterField.Occupation) ? RosterField.Occupation
            : _columns.ContainsKey(RosterField.Job) ? RosterField.Job : null;
        _folded = (context.Branches ?? new Dictionary<string, OrganizationId>(StringComparer.Ordinal))
            .GroupBy(b => TextFold.Compact(b.Key), b => b.Value, StringComparer.Ordinal)
            .Where(g => g.Distinct().Count() == 1).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    /// <summary>The row as understood; null for headings again, sums and remarks, which are no rows of people.</summary>
    public RosterRow? Read(SheetRow source)
    {
        var row = new RowDraft(source, _columns);
        if (IsNoPerson(row))
        {
            return null;
        }

        var name = ReadName(row);
        var id = ReadIdNumber(row);
        var sex = ReadSex(row, id);
        var ethnicity = ReadCode(row, RosterField.Ethnicity, CodeLists.FindEthnicity, RosterCode.EthnicityUnknown, "民族名称不在国家标准（GB/T 3304）之内。", "请填“汉族”“回族”“维吾尔族”等规范名称。");
        var birth = ReadBirthDate(row, id);
        var education = ReadCode(row, RosterField.Education, CodeLists.FindEducation, RosterCode.EducationUnknown, "学历不在国家标准（GB/T 4658）之内。", "请填“研究生”“大学本科”“大学专科”“中专”“高中”“初中”“小学”等。");
        var standing = ReadStanding(row);
        var branch = ReadBranch(row, out var organization);
        var admitted = ReadAdmitted(row, birth);
        var full = ReadFullSince(row, standing, admitted);
        var duesClass = ReadClass(row);
        var monthlyBase = ReadBase(row, duesClass);
        var phone = ReadPhone(row);
        var address = ReadText(row, RosterField.Address);
        var job = _classColumn == RosterField.Job ? null : ReadText(row, RosterField.Job);

        RosterPerson? person = null;
        if (!row.HasFault)
        {
            person = new RosterPerson(
                name!, id!.Value, sex!.Value, birth!.Value, ethnicity, education, standing!.Value, branch!, organization, admitted!.Value, full,
                duesClass, monthlyBase, job, phone, address);
        }

        return new RosterRow(source.Number, source, person, row.Remarks);
    }

    private static bool IsNoPerson(RowDraft row) =>
        row.Cell(RosterField.IdNumber) is null
            ? row.Cell(RosterField.Name) is null
                ? row.Filled <= 4
                : row.Filled <= 3 && IsFooter(TextFold.Compact(row.Cell(RosterField.Name)!.Value.Text))
            : RosterHeadings.Find(row.Cell(RosterField.IdNumber)!.Value.Text) == RosterField.IdNumber;

    private static bool IsFooter(string text) =>
        text.StartsWith("合计", StringComparison.Ordinal) || text.StartsWith("总计", StringComparison.Ordinal) || text.StartsWith("小计", StringComparison.Ordinal)
        || text.StartsWith("填表", StringComparison.Ordinal) || text.StartsWith("制表", StringComparison.Ordinal) || text.StartsWith("备注", StringComparison.Ordinal)
        || text.StartsWith("说明", StringComparison.Ordinal) || text.StartsWith('注');

    private static string? ReadName(RowDraft row)
    {
        if (row.Value(RosterField.Name) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Name, RosterCode.NameMissing, "没有填写姓名。", "请填写姓名。");
            return null;
        }

        var name = CellText.Name(cell.Text);
        if (cell.Kind != CellKind.Text || !CellText.IsName(name))
        {
            row.Fault(RosterField.Name, RosterCode.NameNotAName, "这不像姓名：含有姓名里不会有的字符，或者太短、太长。", "请填写汉字姓名；少数民族姓名的间隔号用“·”。生僻字显示为方框的，请换用支持国标 GB 18030 的输入法重新录入。");
            return null;
        }

        if (name != cell.Text)
        {
            row.Notice(RosterField.Name, RosterCode.NameRewritten, $"已规范为“{name}”（去掉空格，间隔号统一为“·”）。");
        }

        return name;
    }

    private ResidentId? ReadIdNumber(RowDraft row)
    {
        if (row.Value(RosterField.IdNumber) is not { } cell)
        {
            row.FaultIfBlank(RosterField.IdNumber, RosterCode.IdNumberMissing, "没有填写公民身份号码。", "请填写 18 位公民身份号码。");
            return null;
        }

        if (cell.Kind != CellKind.Text)
        {
            row.Fault(RosterField.IdNumber, RosterCode.IdNumberTurnedIntoNumber, "身份证号被 Excel 变成了数字，后几位已经丢失，无法还原。", "请先把这一列的单元格格式设为“文本”，再按身份证重新录入 18 位号码。");
            return null;
        }

        var text = TextFold.Compact(cell.Text).TrimStart('\'').ToUpperInvariant();
        var (fault, what, mend) = ResidentId.Check(text) switch
        {
            ResidentIdFault.None => default,
            ResidentIdFault.Length => (RosterCode.IdNumberLength,
                string.Create(CultureInfo.InvariantCulture, $"公民身份号码应为 18 位，这里是 {text.Length} 位。"), text.Length == 15 ? "15 位旧号码请换成现行的 18 位号码。" : "请按身份证核对后重新录入。"),
            ResidentIdFault.Characters => (RosterCode.IdNumberCharacters, "公民身份号码只能是数字，最后一位可以是 X。", "请按身份证核对后重新录入。"),
            ResidentIdFault.BirthDate => (RosterCode.IdNumberBirthDate, "公民身份号码第 7 至 14 位不是有效的出生日期。", "请按身份证核对后重新录入。"),
            _ => (RosterCode.IdNumberCheckCharacter, "公民身份号码的校验位不对，至少有一位录错了。", "请按身份证逐位核对后重新录入。"),
        };
        if (what is not null)
        {
            row.Fault(RosterField.IdNumber, fault, what, mend);
            return null;
        }

        _ = ResidentId.TryParse(text, out var id);
        if (!_seen.TryAdd(id, row.Number))
        {
            row.Fault(RosterField.IdNumber, RosterCode.IdNumberTwice,
                string.Create(CultureInfo.InvariantCulture, $"公民身份号码与第 {_seen[id]} 行相同。"), "同一个人请只留一行；不是同一个人的，请按身份证改正其中一个号码。");
            return null;
        }

        if (text != cell.Text)
        {
            row.Notice(RosterField.IdNumber, RosterCode.IdNumberRewritten, "已去掉空格，全角字符改为半角，末位写作大写 X。");
        }

        return id;
    }

    private static Sex? ReadSex(RowDraft row, ResidentId? id)
    {
        if (row.Value(RosterField.Sex) is not { } cell)
        {
            if (id is { } known && !row.IsFaulty(RosterField.Sex))
            {
                row.Notice(RosterField.Sex, RosterCode.TakenFromIdNumber, $"没有填写性别，已按身份证号取“{CodeLists.SexName(known.Sex)}”。");
            }

            return id?.Sex;
        }

        var text = TextFold.Compact(cell.Text);
        if (CodeLists.FindSex(text) is not { } sex)
        {
            row.Fault(RosterField.Sex, RosterCode.SexUnknown, "性别只能是“男”或“女”（代码 1 或 2）。", "请改为“男”或“女”。");
            return null;
        }

        var name = CodeLists.SexName(sex);
        if (text != name || text != cell.Text)
        {
            row.Notice(RosterField.Sex, RosterCode.CodeRewritten, $"已理解为“{name}”。");
        }

        if (id is { } number && number.Sex != sex)
        {
            row.Notice(RosterField.Sex, RosterCode.SexDiffersFromIdNumber, $"与身份证号表明的性别（{CodeLists.SexName(number.Sex)}）不一致，已按填写的记录，请核对。");
        }

        return sex;
    }

    private static string? ReadCode(RowDraft row, RosterField field, Func<string, string?> find, RosterCode fault, string what, string mend)
    {
        if (row.Value(field) is not { } cell)
        {
            row.NoticeIfBlank(field);
            return null;
        }

        var code = find(TextFold.Compact(cell.Text));
        if (code is null)
        {
            row.Fault(field, fault, what, mend);
        }

        return code;
    }

    private DateOnly? ReadBirthDate(RowDraft row, ResidentId? id)
    {
        if (row.Value(RosterField.BirthDate) is not { } cell)
        {
            if (id is { } known && !row.IsFaulty(RosterField.BirthDate))
            {
                row.Notice(RosterField.BirthDate, RosterCode.TakenFromIdNumber, $"没有填写出生日期，已按身份证号取 {Show(known.BirthDate)}。");
            }

            return id?.BirthDate;
        }

        var reading = DateText.Read(cell, out var date);
        if (reading == DateReading.MonthOnly && id is { } number && Month.Of(number.BirthDate) == Month.Of(date))
        {
            row.Notice(RosterField.BirthDate, RosterCode.TakenFromIdNumber, $"只填了年月，日已按身份证号取 {Show(number.BirthDate)}。");
            return number.BirthDate;
        }

        if (!AcceptDate(row, RosterField.BirthDate, reading, date))
        {
            return null;
        }

        if (id is { } other && other.BirthDate != date)
        {
            row.Notice(RosterField.BirthDate, RosterCode.BirthDateDiffersFromIdNumber, $"与身份证号表明的出生日期（{Show(other.BirthDate)}）不一致，已按填写的记录，请以档案认定为准核对。");
        }

        return date;
    }

    private static MemberStanding? ReadStanding(RowDraft row)
    {
        if (row.Value(RosterField.Category) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Category, RosterCode.CategoryMissing, "没有填写人员类别。", "请填“正式党员”或“预备党员”。");
            return null;
        }

        var text = TextFold.Compact(cell.Text);
        var standing = CodeLists.FindStanding(text);
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
        if (row.Value(RosterField.Branch) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Branch, RosterCode.BranchMissing, "没有填写所在党支部。", "请填写党支部名称。若原表合并了单元格，请取消合并并逐行填写。");
            return null;
        }

        var name = CellText.Trimmed(cell.Text);
        if (_context.Branches is not { } branches)
        {
            return name;
        }

        if (branches.TryGetValue(name, out var id) || _folded.TryGetValue(TextFold.Compact(name), out id))
        {
            organization = id;
            return name;
        }

        row.Fault(RosterField.Branch, RosterCode.BranchUnknown, "没有这个党支部，或者它不在您的管理范围之内。", $"请改为已有支部的名称{Hint(name, branches.Keys)}，或者先设立这个支部。");
        return null;
    }

    private static string Hint(string name, IEnumerable<string> known)
    {
        var near = known.Select(k => (Name: k, Common: k.Intersect(name).Count())).Where(k => k.Common >= 2)
            .OrderByDescending(k => k.Common).ThenBy(k => k.Name, StringComparer.Ordinal).Take(3).Select(k => $"“{k.Name}”").ToList();
        return near.Count == 0 ? string.Empty : $"（例如{string.Join("、", near)}）";
    }

    private DateOnly? ReadAdmitted(RowDraft row, DateOnly? birth)
    {
        if (row.Value(RosterField.Admitted) is not { } cell)
        {
            row.FaultIfBlank(RosterField.Admitted, RosterCode.AdmittedMissing, "没有填写加入党组织日期。", "请填写支部大会通过接收其为预备党员的日期，写到日。");
            return null;
        }

        var reading = DateText.Read(cell, out var date);
        if (!AcceptDate(row, RosterField.Admitted, reading, date))
        {
            return null;
        }

        if (date < Founding)
        {
            row.Fault(RosterField.Admitted, RosterCode.AdmittedBeforeFounding, "加入党组织日期早于 1921 年 7 月。", "请按档案核对后改正。");
            return null;
        }

        if (birth is { } born && born.AddYears(18) > date)
        {
            row.Fault(RosterField.Admitted, RosterCode.AdmittedUnderAge, $"按出生日期 {Show(born)} 计算，入党时不满 18 周岁。", "请按档案核对出生日期和加入党组织日期。");
            return null;
        }

        return date;
    }

    private DateOnly? ReadFullSince(RowDraft row, MemberStanding? standing, DateOnly? admitted)
    {
        if (row.Value(RosterField.FullSince) is not { } cell)
        {
            if (standing == MemberStanding.FullMember)
            {
                row.FaultIfBlank(RosterField.FullSince, RosterCode.FullSinceMissing, "正式党员没有填写转为正式党员日期。", "请按档案填写转正日期。");
            }
            else if (standing is not null && admitted is { } day && day.AddYears(1) < _context.Today)
            {
                row.Notice(RosterField.Category, RosterCode.ProbationLongerThanAYear, "预备期已满一年，请核对是否已经转正或延长预备期。");
            }

            return null;
        }

        var reading = DateText.Read(cell, out var date);
        if (standing == MemberStanding.ProbationaryMember)
        {
            row.Fault(RosterField.FullSince, RosterCode.FullSinceOfProbationer, "预备党员不应有转正日期。", "已经转正的，请把人员类别改为“正式党员”；没有转正的，请清空这一格。");
            return null;
        }

        if (!AcceptDate(row, RosterField.FullSince, reading, date))
        {
            return null;
        }

        if (admitted is { } start && date <= start)
        {
            row.Fault(RosterField.FullSince, RosterCode.FullSinceNotAfterAdmission, $"转正日期应晚于加入党组织日期（{Show(start)}）。", "请按档案核对这两个日期。");
            return null;
        }

        if (admitted is { } from && date < from.AddYears(1))
        {
            row.Notice(RosterField.FullSince, RosterCode.ProbationShorterThanAYear, "预备期不满一年，已按填写的记录，请核对。");
        }

        return date;
    }

    private bool AcceptDate(RowDraft row, RosterField field, DateReading reading, DateOnly date)
    {
        switch (reading)
        {
            case DateReading.Unreadable:
                row.Fault(field, RosterCode.DateUnreadable, "这不是能认出的日期，或者没有这一天。", "请写成 2023-07-01 的样子。");
                return false;
            case DateReading.MonthOnly:
                row.Fault(field, RosterCode.DateWithoutDay, "只有年月，没有日。", "请按档案补上日，写成 2023-07-01 的样子。");
                return false;
        }

        if (date > _context.Today)
        {
            row.Fault(field, RosterCode.DateInFuture, $"日期在今天（{Show(_context.Today)}）之后。", "请按档案核对后改正。");
            return false;
        }

        if (reading == DateReading.Rewritten)
        {
            row.Notice(field, RosterCode.DateRewritten, $"已理解为 {Show(date)}。");
        }

        return true;
    }

    private DuesClass? ReadClass(RowDraft row)
    {
        if (_classColumn is not { } field)
        {
            return null;
        }

        const string Mend = "请填“在职”“年薪制”“个体经营”“离退休”“农民”“学生”“下岗失业”“抚恤救济”“低保”之一。";
        if (row.Value(field) is not { } cell)
        {
            row.FaultIfBlank(field, RosterCode.OccupationMissing, "没有填写职业状况，无法确定党费标准。", Mend);
            return null;
        }

        var found = CodeLists.FindClass(TextFold.Compact(cell.Text));
        if (found is null)
        {
            row.Fault(field, RosterCode.OccupationUnknown, "看不出属于哪一类党费缴纳人员。", Mend);
        }

        return found;
    }

    private Amount? ReadBase(RowDraft row, DuesClass? duesClass)
    {
        if (_classColumn is null || !_columns.ContainsKey(RosterField.Base))
        {
            return null;
        }

        if (row.Value(RosterField.Base) is not { } cell)
        {
            if (duesClass is { } needs && CodeLists.HasBase(needs))
            {
                row.FaultIfBlank(RosterField.Base, RosterCode.BaseMissing, $"“{CodeLists.ClassName(needs)}”人员没有填写党费计算基数。", "请填写每月党费计算基数（元）。");
            }

            return null;
        }

        if (AmountText.Read(row, cell) is not { } amount)
        {
            return null;
        }

        if (duesClass is { } none && !CodeLists.HasBase(none))
        {
            row.Notice(RosterField.Base, RosterCode.BaseNotNeeded, $"“{CodeLists.ClassName(none)}”人员按定额交纳党费，不用基数，没有采用。");
            return null;
        }

        if (amount == Amount.Zero && duesClass is not null)
        {
            row.Fault(RosterField.Base, RosterCode.BaseZero, "党费计算基数是 0。", "请填写实际基数；交纳确有困难的，另行办理少交或免交手续。");
            return null;
        }

        return amount;
    }

    private static string? ReadPhone(RowDraft row)
    {
        if (row.Value(RosterField.Phone) is not { } cell)
        {
            row.NoticeIfBlank(RosterField.Phone);
            return null;
        }

        var phone = PhoneText.Read(cell.Text);
        if (phone is null || cell.Kind is not (CellKind.Text or CellKind.Number))
        {
            row.Fault(RosterField.Phone, RosterCode.PhoneNotAPhone, "这不是能拨通的电话号码。", "手机请填 11 位号码，座机请填区号和号码，例如 010-12345678。");
            return null;
        }

        if (phone != cell.Text)
        {
            row.Notice(RosterField.Phone, RosterCode.PhoneRewritten, $"已规范为 {phone}。");
        }

        return phone;
    }

    private static string? ReadText(RowDraft row, RosterField field)
    {
        const int MaxLength = 200;
        if (row.Value(field) is not { } cell)
        {
            return null;
        }

        var text = CellText.Trimmed(cell.Text);
        if (text.Length > MaxLength)
        {
            row.Fault(field, RosterCode.TextTooLong, "文字超过 200 个字。", "请缩短。");
            return null;
        }

        return text;
    }

    private static string Show(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
