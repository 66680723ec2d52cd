using System.Globalization;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads the monthly base.</summary>
internal static class BaseText
{
    private const string Example = "请只填数字，单位为元，例如 4800 或 4800.50。";

    /// <summary>Ten million yuan a month: above it somebody typed a wrong unit.</summary>
    private static readonly Amount Largest = new(1_000_000_000);

    public static Amount? Read(RowDraft row, SheetCell cell)
    {
        var fault = AmountFault.NotAnAmount;
        var value = 0m;
        if (cell.Kind == CellKind.Number && decimal.TryParse(cell.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            fault = AmountFault.None;
        }
        else if (cell.Kind == CellKind.Text)
        {
            fault = AmountText.Read(cell.Text, out value);
        }

        if (fault == AmountFault.Grouping)
        {
            row.Fault(RosterField.Base, RosterCode.BaseUnreadable, "逗号或空格没有每三位分一节，看不出是多少元。", "若逗号是小数点，请改为“.”；千分位请写成 4,800.50。" + Example);
            return null;
        }

        if (fault != AmountFault.None)
        {
            row.Fault(RosterField.Base, RosterCode.BaseUnreadable, cell.Kind == CellKind.Date ? "单元格的格式是日期，这里应是金额。" : "这不是金额。",
                cell.Kind == CellKind.Date ? "请把这一列的单元格格式改为“数值”，核对后再上传。" : Example);
            return null;
        }

        if (value < 0)
        {
            row.Fault(RosterField.Base, RosterCode.BaseNegative, "党费计算基数不能是负数。", "请核对后改正。");
            return null;
        }

        if (value > Largest.Yuan)
        {
            row.Fault(RosterField.Base, RosterCode.BaseTooLarge, "党费计算基数过大，可能单位有误。", "请以元为单位核对后改正。");
            return null;
        }

        // Spreadsheets store 4885.05 as 4885.0500000000002: that is no third decimal.
        var rounded = Math.Round(value, 2, MidpointRounding.AwayFromZero);
        if (Math.Abs(rounded - value) > 0.000_01m)
        {
            row.Notice(RosterField.Base, RosterCode.BaseRounded, string.Create(CultureInfo.InvariantCulture, $"超过两位小数，已四舍五入为 {rounded:0.00}。"));
        }
        else if (cell.Kind == CellKind.Text && cell.Text.Any(c => !char.IsAsciiDigit(c) && c != '.'))
        {
            row.Notice(RosterField.Base, RosterCode.NumberRewritten, string.Create(CultureInfo.InvariantCulture, $"已理解为 {rounded:0.00} 元。"));
        }

        return Amount.FromYuan(rounded);
    }
}
