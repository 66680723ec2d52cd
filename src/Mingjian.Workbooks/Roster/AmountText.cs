using System.Globalization;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>Reads the monthly base.</summary>
internal static class AmountText
{
    /// <summary>Ten million yuan a month: above it somebody typed a wrong unit.</summary>
    private static readonly Amount Largest = new(1_000_000_000);

    public static Amount? Read(RowDraft row, SheetCell cell)
    {
        var text = TextFold.Compact(cell.Text);
        var bare = text.Replace(",", string.Empty, StringComparison.Ordinal).TrimStart('¥', '￥').TrimEnd('元');
        var style = cell.Kind == CellKind.Number ? NumberStyles.Float : NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (cell.Kind is not (CellKind.Number or CellKind.Text) || !decimal.TryParse(bare, style, CultureInfo.InvariantCulture, out var value))
        {
            row.Fault(RosterField.Base, RosterCode.BaseUnreadable, "这不是金额。", "请只填数字，单位为元，例如 4800 或 4800.50。");
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
        else if (cell.Kind == CellKind.Text && bare != cell.Text)
        {
            row.Notice(RosterField.Base, RosterCode.NumberRewritten, string.Create(CultureInfo.InvariantCulture, $"已理解为 {rounded:0.00} 元。"));
        }

        return Amount.FromYuan(rounded);
    }
}
