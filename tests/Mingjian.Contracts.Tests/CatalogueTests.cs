using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Mingjian.Acts.Messages;
using Mingjian.Contracts.Dues;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Nodes;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Tests.Dues;
using Mingjian.Contracts.Tests.Members;
using Mingjian.Contracts.Tests.Nodes;
using Mingjian.Contracts.Tests.Organizations;
using Mingjian.Contracts.Tests.Support;
using Mingjian.Engine.Admission;
using Mingjian.Testing;

namespace Mingjian.Contracts.Tests;

public sealed partial class CatalogueTests
{
    private static readonly (string Contract, Type Reasons, string? Folder)[] All =
    [
        ("admission", typeof(AdmissionRejection), null),
        ("organizations", typeof(OrganizationsRejection), "Organizations"),
        ("members", typeof(MembersRejection), "Members"),
        ("dues", typeof(DuesRejection), "Dues"),
        ("nodes", typeof(NodesRejection), "Nodes"),
    ];

    public static TheoryData<string> Contracts => [.. All.Where(a => a.Folder is not null).Select(a => a.Contract)];

    [Fact]
    public void The_catalogue_has_every_code_once_and_no_other()
    {
        var codes = All.SelectMany(a => Reasons(a.Reasons).Select(r => ($"{a.Contract}/{r.Number}", r.Name))).ToList();
        Assert.Equal(codes, RejectionMessages.All().Select(m => (m.Code, m.Name)));
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void Every_message_says_what_is_wrong_and_how_to_mend_it() => Assert.All(RejectionMessages.All(), m =>
    {
        Assert.EndsWith("。", m.What);
        Assert.EndsWith("。", m.Mend);
        Assert.NotEqual(m.What, m.Mend);
    });

    [Fact]
    public void An_unknown_code_is_named_in_the_answer()
    {
        Assert.Null(RejectionMessages.Find("dues/9999"));
        Assert.Contains("dues/9999", RejectionMessages.For("dues/9999").Text);
        Assert.Contains("自愿多交", RejectionMessages.For("dues/1413").Text);
    }

    [Fact]
    public void Rejections_are_declared_in_ascending_order() => Assert.All(All, a =>
    {
        var numbers = a.Reasons.GetFields().Where(f => f.IsLiteral).Select(f => (int)f.GetRawConstantValue()!).ToList();
        Assert.Equal(numbers.Order(), numbers);
    });

    [Fact]
    public void Every_rejection_is_reached_by_a_table()
    {
        AssertReached<OrganizationsRejection>(
            OrganizationsTests.Founding, OrganizationsTests.Establishing, OrganizationsTests.Appointing, OrganizationsTests.Ending,
            OrganizationsTests.Registering, OrganizationsTests.Removing);
        AssertReached<MembersRejection>(
            ImportTests.Importing, ImportTests.Withdrawing, KeyTests.Inviting, KeyTests.Binding, KeyTests.Revoking,
            KeyTests.Confirming, KeyTests.Ending);
        AssertReached<DuesRejection>(
            StandardTests.Policies, StandardTests.Standards, AssessmentTests.Assessments, AssessmentTests.Proposals, AssessmentTests.Deciding,
            PaymentTests.Payments, PaymentTests.Voluntary, PaymentTests.Reversals, PaymentTests.Answers, PaymentTests.BranchAnswers);
        AssertReached<NodesRejection>(NodesTests.Founding, NodesTests.Changing, RestartTests.Restarting, ProtocolTests.Activating);
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void The_readme_lists_the_rejections_as_the_code_has_them(string contract)
    {
        var (_, reasons, folder) = All.Single(a => a.Contract == contract);
        var path = Repository.File("src", "Mingjian.Contracts", folder!, "README.md");
        var expected = new StringBuilder("| Code | Name | 说明 |\n|---|---|---|\n");
        foreach (var (number, name) in Reasons(reasons))
        {
            var message = RejectionMessages.For($"{contract}/{number}");
            expected.Append(CultureInfo.InvariantCulture, $"| {number} | `{name}` | {message.What} |\n");
        }

        AssertTable(path, RejectionTable(), expected.ToString());
    }

    [Theory]
    [InlineData("organizations", "src/Mingjian.Contracts/Organizations/README.md")]
    [InlineData("members", "src/Mingjian.Contracts/Members/README.md")]
    [InlineData("dues", "src/Mingjian.Contracts/Dues/README.md")]
    [InlineData("all", "docs/reference/domain-facts.md")]
    public void The_documents_list_the_rights_as_the_code_has_them(string slice, string document)
    {
        var grants = slice switch
        {
            "organizations" => OrganizationsRights.All,
            "members" => MembersRights.All,
            "dues" => DuesRights.All,
            _ => Rights.Table,
        };
        var expected = new StringBuilder("| Right | Held by | Since |\n|---|---|---|\n");
        foreach (var grant in grants)
        {
            var holders = grant.Holders.Select(h => $"`{h.Post}`{(h.Reach == Reach.Below ? " and below" : string.Empty)}");
            expected.Append(CultureInfo.InvariantCulture, $"| `{grant.Right}` | {string.Join(", ", holders)} | protocol {grant.Since} |\n");
        }

        AssertTable(Repository.File(document.Split('/')), RightsTable(), expected.ToString());
    }

    private static void AssertTable(string path, Regex form, string expected)
    {
        var text = File.ReadAllText(path);
        var table = form.Match(text);
        Assert.True(table.Success, $"{path} has no such table");
        if (Environment.GetEnvironmentVariable("MINGJIAN_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, text.Replace(table.Value, expected, StringComparison.Ordinal));
            return;
        }

        Assert.Equal(expected, table.Value);
    }

    private static void AssertReached<T>(params string[] tables)
        where T : struct, Enum
    {
        var reached = tables.SelectMany(t => Table.Parse(t).Outcomes).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Enum.GetNames<T>().Except(reached));
    }

    private static IEnumerable<(int Number, string Name)> Reasons(Type type) =>
        Enum.GetValues(type).Cast<object>().Select(v => ((int)v, v.ToString()!));

    [GeneratedRegex(@"\| Code \| Name \| 说明 \|\n\|---\|---\|---\|\n(\|[^\n]*\n)*")]
    private static partial Regex RejectionTable();

    [GeneratedRegex(@"\| Right \| Held by \| Since \|\n\|---\|---\|---\|\n(\|[^\n]*\n)*")]
    private static partial Regex RightsTable();
}
