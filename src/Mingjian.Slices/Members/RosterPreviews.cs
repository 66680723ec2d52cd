using System.Globalization;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <summary>Turns a reading into what the officer sees.</summary>
internal static class RosterPreviews
{
    public static RosterPreview Create(
        RosterDraft draft, IReadOnlyList<(OrganizationRecord Record, string Name)> branches, IStateReader state, Func<ResidentId, Hash32> index, DateOnly today)
    {
        var reading = draft.Reading;
        var choices = new ImportChoices(ImportChoices.DefaultFarmer, Month.Of(today));
        var rows = reading.Rows.Select(r => Row(reading, r, state, index, choices)).ToList();
        var unknown = reading.Rows.SelectMany(r => r.Remarks).Where(r => r.Kind == RosterCode.BranchUnknown)
            .GroupBy(r => r.Value.Trim(), StringComparer.Ordinal).Select(g => new UnknownBranch(g.Key, g.Count())).ToList();
        return new RosterPreview(
            draft.Id, draft.FileName, reading.Sheet, rows, [.. reading.Remarks.Select(Remark)],
            [.. branches.Select(b => new BranchChoice(b.Record.Organization, b.Name))], unknown,
            reading.Has(RosterField.Occupation) || reading.Has(RosterField.Job));
    }

    private static PreviewRow Row(
        RosterReading reading, RosterRow row, IStateReader state, Func<ResidentId, Hash32> index, ImportChoices choices)
    {
        var remarks = row.Remarks.Select(Remark).ToList();
        if (row.Person is not { } person)
        {
            return new PreviewRow(
                row.Number, PreviewState.Faulty, Text(RosterField.Name), Text(RosterField.IdNumber), Text(RosterField.Sex), Text(RosterField.BirthDate),
                Text(RosterField.Branch), Text(RosterField.Category), Text(RosterField.Admitted), Text(RosterField.FullSince),
                Text(RosterField.Occupation), Text(RosterField.Base), null, null, remarks);
        }

        var known = ImportPlan.FindKnown(state, index(person.IdNumber)) is not null;
        return new PreviewRow(
            row.Number, known ? PreviewState.Known : PreviewState.Good, person.Name, person.IdNumber.Reveal(), CodeLists.SexName(person.Sex),
            Show(person.BirthDate), person.Branch, CodeLists.StandingName(person.Standing), Show(person.Admitted),
            person.FullSince is { } full ? Show(full) : string.Empty, person.Class is { } c ? CodeLists.ClassName(c) : string.Empty,
            person.Base?.ToString() ?? string.Empty, person.Class, ImportPlan.Monthly(state, person, person.Organization ?? default, choices), remarks);

        string Text(RosterField field)
        {
            var column = reading.Columns.FirstOrDefault(c => c.Field == field);
            if (column is null || row.Source[column.Column] is not { } cell)
            {
                return string.Empty;
            }

            return cell.Kind == Workbooks.CellKind.Date && cell.TryGetDate(out var date) ? Show(date) : cell.Text;
        }
    }

    private static PreviewRemark Remark(RosterRemark remark) => new(
        remark.Row == 0 ? remark.Column : string.Create(CultureInfo.InvariantCulture, $"{remark.Column}{remark.Row}"), remark.Heading, remark.Value,
        remark.Code, remark.What, remark.Mend, remark.IsFault);

    private static string Show(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
