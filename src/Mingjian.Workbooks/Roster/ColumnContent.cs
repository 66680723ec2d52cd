using System.Globalization;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;

namespace Mingjian.Workbooks.Roster;

/// <summary>What a column is by what stands in it. Only columns that cannot be mistaken are proposed.</summary>
internal static class ColumnContent
{
    /// <summary>Part of the filled cells that have to fit.</summary>
    private const double Most = 0.8;

    /// <param name="unknown">Columns without a field.</param>
    /// <param name="taken">Fields that have their column.</param>
    /// <param name="headless">No column has a heading: then dates, names, bases and addresses are understood too.</param>
    public static IEnumerable<(RosterColumn Column, RosterField Field)> Guess(
        IReadOnlyList<RosterColumn> unknown, IReadOnlyList<SheetRow> data, IReadOnlySet<RosterField> taken, bool headless, RosterContext context)
    {
        var left = unknown.Where(c => headless || RosterHeadings.Resembles(c.Heading) is not null || !HasPlainMeaning(c.Heading)).ToList();
        var found = new List<(RosterColumn Column, RosterField Field)>();
        Take(RosterField.IdNumber, c => IsId(c));
        Take(RosterField.Phone, c => PhoneText.Read(c) is { Number.Length: 11 });
        Take(RosterField.Category, c => CodeLists.FindStanding(TextFold.Compact(c.Text)) is not null);
        Take(RosterField.Branch, c => IsBranch(c.Text, context));
        if (headless)
        {
            Take(RosterField.Sex, c => c.Kind == CellKind.Text && CodeLists.FindSex(TextFold.Compact(c.Text)) is not null);
            Take(RosterField.Ethnicity, c => c.Kind == CellKind.Text && CodeLists.FindEthnicity(TextFold.Compact(c.Text)) is not null && !IsDigits(c.Text));
            Take(RosterField.Education, c => c.Kind == CellKind.Text && CodeLists.FindEducation(TextFold.Compact(c.Text)) is not null && !IsDigits(c.Text));
            Take(RosterField.Occupation, c => CodeLists.FindClass(TextFold.Compact(c.Text)) is not null);
            Take(RosterField.Name, c => c.Kind == CellKind.Text && CellText.IsName(CellText.Name(c.Text)) && CellText.Name(c.Text).Length <= 5);
            TakeDates();
            Take(RosterField.Base, c => c.Kind is CellKind.Number or CellKind.Text && AmountText.Read(c.NumberText, out var yuan) == AmountFault.None && yuan is >= 500 and <= 200_000);
            Take(RosterField.Address, c => c.Text.Length >= 5 && c.Text.Any(x => x is '路' or '街' or '号' or '村' or '镇' or '区'));
        }

        return found;

        void Take(RosterField field, Func<SheetCell, bool> fits)
        {
            if (taken.Contains(field))
            {
                return;
            }

            var best = left.Select(c => (Column: c, Part: Part(c, fits))).Where(c => c.Part >= Most).OrderByDescending(c => c.Part).FirstOrDefault();
            if (best.Column is { } column)
            {
                left.Remove(column);
                found.Add((column, field));
            }
        }

        // The birth date is the ID number's; of two others, admission comes before full membership.
        void TakeDates()
        {
            var id = found.FirstOrDefault(f => f.Field == RosterField.IdNumber).Column;
            var dates = left.Where(c => Part(c, x => DateText.Read(x).Reading != DateReading.Unreadable) >= Most).ToList();
            var birth = id is null ? null : dates.Find(c => data.Count(r => SameDay(r[c.Column], r[id.Column])) > data.Count / 2);
            Keep(birth, RosterField.BirthDate);
            dates.RemoveAll(c => c == birth);
            var ordered = dates.OrderBy(c => data.Select(r => r[c.Column]).OfType<SheetCell>().Select(x => (long)DateText.Read(x).Date.DayNumber).DefaultIfEmpty(0).Average()).ToList();
            Keep(ordered.FirstOrDefault(), RosterField.Admitted);
            Keep(ordered.Skip(1).FirstOrDefault(), RosterField.FullSince);
        }

        void Keep(RosterColumn? column, RosterField field)
        {
            if (column is not null && !taken.Contains(field))
            {
                left.Remove(column);
                found.Add((column, field));
            }
        }

        double Part(RosterColumn column, Func<SheetCell, bool> fits)
        {
            var cells = data.Select(r => r[column.Column]).OfType<SheetCell>().ToList();
            return cells.Count < Math.Max(1, data.Count / 2) ? 0 : (double)cells.Count(c => fits(c.Result)) / cells.Count;
        }
    }

    // 序号 and 备注 are what they say, whatever stands under them.
    private static bool HasPlainMeaning(string heading) => RosterHeadings.Plain(heading) is "序号" or "编号" or "备注" or "行号" or "年龄" or "党龄" or "工龄";

    private static bool IsId(SheetCell cell) => cell.Kind == CellKind.Text && ResidentId.Check(IdText.Plain(cell.Text)) == ResidentIdFault.None;

    private static bool IsDigits(string text) => TextFold.Compact(text).All(char.IsAsciiDigit);

    private static bool IsBranch(string text, RosterContext context)
    {
        var name = CellText.Trimmed(text);
        return name.EndsWith("支部", StringComparison.Ordinal) || name.EndsWith("支部委员会", StringComparison.Ordinal) || context.Branches?.ContainsKey(name) == true;
    }

    private static bool SameDay(SheetCell? date, SheetCell? id) =>
        date is { } given && id is { } number && ResidentId.TryParse(IdText.Plain(number.Text), out var resident)
        && DateText.Read(given) is { Reading: not DateReading.Unreadable } read && Month.Of(read.Date) == Month.Of(resident.BirthDate);
}
