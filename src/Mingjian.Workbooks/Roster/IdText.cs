using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads ID numbers (GB 11643). Digits that a spreadsheet program took away are never put back.</summary>
internal static partial class IdText
{
    private const string CrossLookAlikes = "ⅩⅹхХ×✕✖ΧχẊẋ";

    public static ResidentId? Read(RowDraft row, SheetCell cell)
    {
        if (cell.Kind != CellKind.Text && !IsShortNumber(cell))
        {
            row.Fault(RosterField.IdNumber, RosterCode.IdNumberTurnedIntoNumber, "身份证号被 Excel 变成了数字，后几位已经丢失，无法还原。",
                "请先把这一列的单元格格式设为“文本”，再按身份证重新录入 18 位号码。");
            return null;
        }

        var text = Plain(cell.NumberText);
        if (Power().IsMatch(text))
        {
            row.Fault(RosterField.IdNumber, RosterCode.IdNumberTurnedIntoNumber, "身份证号曾被 Excel 变成数字（科学记数），后几位已经丢失，无法还原。",
                "请回到原来的表格，把这一列的单元格格式设为“文本”，再按身份证重新录入 18 位号码。");
            return null;
        }

        var (fault, what, mend) = Check(text);
        if (what is not null)
        {
            row.Fault(RosterField.IdNumber, fault, what, mend);
            return null;
        }

        _ = ResidentId.TryParse(text, out var id);
        if (text != cell.Text)
        {
            row.Notice(RosterField.IdNumber, RosterCode.IdNumberRewritten, "已去掉空格和多余的符号，全角字符改为半角，末位写作大写 X。");
        }

        return id;
    }

    /// <summary>Folded, without what stands around it; a cross in the last place is an X.</summary>
    public static string Plain(string given)
    {
        var text = TextFold.Compact(given).Trim('\'', '"', '‘', '’', '“', '”', '`', '´', '′', '_', ',', '，', '。', '.', ';').ToUpperInvariant();
        return text.Length == ResidentId.Length && CrossLookAlikes.Contains(text[^1], StringComparison.OrdinalIgnoreCase) ? text[..^1] + "X" : text;
    }

    private static (RosterCode Fault, string? What, string Mend) Check(string text)
    {
        const string Again = "请按身份证核对后重新录入。";
        switch (ResidentId.Check(text))
        {
            case ResidentIdFault.None:
                return (default, null, string.Empty);
            case ResidentIdFault.Length:
                return (RosterCode.IdNumberLength, string.Create(CultureInfo.InvariantCulture, $"公民身份号码应为 18 位，这里是 {text.Length} 位。"),
                    text.Length == 15 ? "15 位旧号码请换成现行的 18 位号码。" : Again);
            case ResidentIdFault.Characters:
                return (RosterCode.IdNumberCharacters, $"公民身份号码只能是数字，最后一位可以是 X{Strange(text)}。", Again);
            case var other when text.EndsWith("000", StringComparison.Ordinal):
                return (other == ResidentIdFault.BirthDate ? RosterCode.IdNumberBirthDate : RosterCode.IdNumberCheckCharacter,
                    "公民身份号码不成立；末尾是 000，多半是曾被 Excel 变成数字，后三位已经丢失。", "请先把这一列的单元格格式设为“文本”，再按身份证重新录入 18 位号码。");
            case ResidentIdFault.BirthDate:
                return (RosterCode.IdNumberBirthDate, "公民身份号码第 7 至 14 位不是有效的出生日期。", Again);
            default:
                return (RosterCode.IdNumberCheckCharacter, "公民身份号码的校验位不对，至少有一位录错了。", "请按身份证逐位核对后重新录入。");
        }
    }

    private static string Strange(string text)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            at++;
            if (!Rune.IsDigit(rune) && !(rune.Value == 'X' && at == ResidentId.Length))
            {
                return string.Create(CultureInfo.InvariantCulture, $"，这里第 {at} 位是“{rune}”");
            }
        }

        return string.Empty;
    }

    // Excel keeps 15 digits: a number of 15 digits, an old ID number, is whole.
    private static bool IsShortNumber(SheetCell cell) => cell.Kind == CellKind.Number && cell.NumberText.Length <= 15;

    [GeneratedRegex("^[0-9](?:\\.[0-9]+)?E\\+?[0-9]{1,3}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Power();
}
