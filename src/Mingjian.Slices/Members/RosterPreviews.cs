using System.Globalization;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Views.Session;
using Mingjian.Workbooks.Roster;

namespace Mingjian.Slices.Members;

/// <summary>What an officer works with while importing.</summary>
/// <param name="Organization">Whose choices of headings are remembered.</param>
/// <param name="Branches">Into which people may go.</param>
/// <param name="Committees">Under which branches may be founded; the highest first.</param>
/// <param name="Remembered">Numbers of fields by heading.</param>
internal sealed record ImportDesk(
    CurrentUser User, OrganizationId Organization, IReadOnlyList<(OrganizationRecord Record, string Name)> Branches,
    IReadOnlyList<(OrganizationRecord Record, string Name)> Committees, IReadOnlyDictionary<string, int> Remembered);

/// <summary>Turns a reading into what the officer sees.</summary>
internal static class RosterPreviews
{
    public static RosterPreview Create(
        RosterDraft draft, ImportDesk desk, IStateReader state, Func<ResidentId, Hash32> index, DateOnly today)
    {
        var reading = draft.Reading;
        var choices = new ImportChoices(ImportChoices.DefaultFarmer, Month.Of(today));
        var higher = draft.Said.Founded.Values.ToDictionary(f => f.Branch, f => f.Higher);
        var rows = reading.Rows.Select(r => Row(reading, r, state, index, choices, higher)).ToList();
        var unknown = reading.Rows.SelectMany(r => r.Remarks).Where(r => r.Kind == RosterCode.BranchUnknown)
            .GroupBy(r => r.Value.Trim(), StringComparer.Ordinal).Select(g => new UnknownBranch(g.Key, g.Count())).ToList();
        var byBranch = reading.Rows.Select(r => r.Person?.Organization).OfType<OrganizationId>().GroupBy(o => o).ToDictionary(g => g.Key, g => g.Count());
        return new RosterPreview(
            draft.Id, draft.FileName, reading.Sheet, rows, [.. reading.Remarks.Select(Remark)],
            [.. desk.Branches.Select(b => new BranchChoice(b.Record.Organization, b.Name))], unknown,
            reading.Has(RosterField.Occupation) || reading.Has(RosterField.Job) || draft.Said.Mapping.Class is not null)
        {
            Mapping = Mapping(draft),
            Committees = [.. desk.Committees.Select(c => new BranchChoice(c.Record.Organization, c.Name))],
            NewBranches =
            [
                .. draft.Said.Founded.Select(f => new NewBranch(
                    f.Key, desk.Committees.FirstOrDefault(c => c.Record.Organization == f.Value.Higher).Name ?? string.Empty, byBranch.GetValueOrDefault(f.Value.Branch))),
            ],
        };
    }

    private static MappingView Mapping(RosterDraft draft)
    {
        var reading = draft.Reading;
        var said = draft.Said.Mapping;
        RosterField[] dates = [RosterField.Admitted, RosterField.FullSince];
        return new MappingView(
            reading.Sheets, reading.Encoding, [.. Workbooks.TextEncodings.Names.Select(n => new Choice(n, Workbooks.TextEncodings.TitleOf(n)))],
            [
                .. reading.Columns.Select(c => new MappingColumn(
                    c.Column, Workbooks.SheetCell.ColumnName(c.Column), c.Heading, c.Samples, c.Field is { } field ? RosterSaid.KeyOf(field) : null,
                    c.By switch
                    {
                        MappedBy.Likeness => "按标题推断",
                        MappedBy.Content => "按内容推断",
                        MappedBy.Remembered => "按上次的选择",
                        MappedBy.Hand => "已选定",
                        _ => string.Empty,
                    },
                    c.By is MappedBy.Likeness or MappedBy.Content)),
            ],
            [.. Enum.GetValues<RosterField>().Select(f => new Choice(RosterSaid.KeyOf(f), RosterHeadings.NameOf(f)))],
            [
                .. dates.Select(f => new MonthQuestion(
                    RosterSaid.KeyOf(f), RosterHeadings.NameOf(f), reading.MonthsOnly.GetValueOrDefault(f), said.Days.GetValueOrDefault(RosterSaid.KeyOf(f))))
                    .Where(q => q.Rows > 0 || q.Chosen is not null),
            ],
            !reading.Has(RosterField.Branch), !reading.Has(RosterField.Occupation) && !reading.Has(RosterField.Job),
            [.. reading.Head.Select(r => (IReadOnlyList<string>)[.. r.Cells.Select(c => c.Text)])], said);
    }

    private static PreviewRow Row(
        RosterReading reading, RosterRow row, IStateReader state, Func<ResidentId, Hash32> index, ImportChoices choices,
        Dictionary<OrganizationId, OrganizationId> founded)
    {
        var remarks = row.Remarks.Select(Remark).ToList();
        if (row.Person is not { } person)
        {
            return new PreviewRow(
                row.Number, PreviewState.Faulty, Text(RosterField.Name), Text(RosterField.IdNumber), Text(RosterField.Sex), Text(RosterField.BirthDate),
                Text(RosterField.Branch), Text(RosterField.Category), Text(RosterField.Admitted), Text(RosterField.FullSince),
                Text(RosterField.Occupation), Text(RosterField.Base), null, null, remarks);
        }

        var branch = person.Organization ?? default;
        var known = ImportPlan.FindKnown(state, index(person.IdNumber)) is not null;
        return new PreviewRow(
            row.Number, known ? PreviewState.Known : PreviewState.Good, person.Name, person.IdNumber.Reveal(), CodeLists.SexName(person.Sex),
            Show(person.BirthDate), person.Branch, CodeLists.StandingName(person.Standing), Show(person.Admitted),
            person.FullSince is { } full ? Show(full) : string.Empty, person.Class is { } c ? CodeLists.ClassName(c) : string.Empty,
            person.Base?.ToString() ?? string.Empty, person.Class, ImportPlan.Monthly(state, person, founded.GetValueOrDefault(branch, branch), choices), remarks);

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
        remark.Code, remark.What, remark.Mend, remark.IsFault, remark.Field is { } field ? RosterSaid.KeyOf(field) : null);

    private static string Show(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
