using Microsoft.EntityFrameworkCore;
using Mingjian.Contracts;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Primitives;
using Mingjian.Slices.Kernel.Access;
using Mingjian.Views.Dues;

namespace Mingjian.Slices.Dues;

/// <inheritdoc/>
internal sealed class DuesReminders(IDbContextFactory<DuesContext> contexts, LedgerAccess access) : IDuesReminders
{
    /// <summary>Most members in one call; more than any branch has.</summary>
    private const int Most = 2000;

    /// <summary>Whoever may record payments may ask for them; the officer above may as well.</summary>
    public async Task<int> RemindAsync(OrganizationId branch, IReadOnlyList<MemberId> members, CancellationToken cancellationToken = default)
    {
        var user = await access.UserAsync(cancellationToken);
        if (!access.Allows(user, Right.RecordPayment, branch))
        {
            user = await access.RequireAsync(Right.AssessDues, branch, cancellationToken);
        }

        if (members.Count is 0 or > Most)
        {
            throw new DuesInputException("请先勾选要提醒的党员。");
        }

        var state = access.State;
        var current = Month.Of(access.Today);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var reminded = 0;
        foreach (var member in members.Distinct())
        {
            if (state.Member(member)?.Branch != branch)
            {
                continue;
            }

            var open = OpenMonths(state, member, current);
            if (open.Count > 0)
            {
                context.Add(new Reminder
                {
                    Id = Guid.CreateVersion7(),
                    Member = member,
                    Branch = branch,
                    By = user.Member,
                    Time = access.Now,
                    Months = string.Join(',', open),
                });
                reminded++;
            }
        }

        await context.SaveChangesAsync(cancellationToken);
        return reminded;
    }

    internal static IReadOnlyList<Month> ParseMonths(string months) =>
        [.. months.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(m => Month.TryParse(m, out var month) ? month : (Month?)null).OfType<Month>()];

    private static List<Month> OpenMonths(Contracts.Sdk.IStateReader state, MemberId member, Month current)
    {
        var open = new List<Month>();
        for (var back = DuesArrears.MonthsRead; back >= 0; back--)
        {
            var month = current.AddMonths(-back);
            if (state.DuesMonth(member, month) is { } record && record.Paid < record.Due)
            {
                open.Add(month);
            }
        }

        return open;
    }
}
