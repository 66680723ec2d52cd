using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Signing;
using Mingjian.Collation;
using Mingjian.Contracts.Members;
using Mingjian.Contracts.Organizations;
using Mingjian.Primitives;
using Mingjian.Views.Members;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Tests.Members;

public sealed class MemberListTests
{
    private const string First = "机关第一党支部";

    [Fact]
    public async Task The_officer_sees_the_tree_with_counts_and_everybody_by_branch_and_name()
    {
        await using var world = await CreateAsync();
        var tree = await world.Lists.ReadTreeAsync();
        Assert.Equal(("某某集团党委", 0, 249, 51), (tree[0].Name, tree[0].Depth, tree[0].FullMembers, tree[0].Probationers));
        Assert.Equal(world.Branches.Keys, tree.Skip(1).Select(n => n.Name));
        Assert.All(tree.Skip(1), n => Assert.Equal((1, 50), (n.Depth, n.FullMembers + n.Probationers)));

        var all = await world.Lists.ListAsync(world.Committee);
        Assert.Equal(300, all.Count);
        Assert.Equal(world.Branches.Keys, all.Select(l => l.BranchName).Distinct());
        Assert.Equal(50, (await world.Lists.ListAsync(world.Branches[First])).Count);
        var found = await world.Lists.ListAsync(world.Committee, " 陈丽 ");
        Assert.All(found, l => Assert.Contains("陈丽", l.Name, StringComparison.Ordinal));
        Assert.NotEmpty(found);
    }

    [Fact]
    public async Task People_are_found_by_pinyin_and_first_letters_and_stand_by_pinyin_or_strokes()
    {
        await using var world = await CreateAsync();
        var found = await world.Lists.ListAsync(world.Committee, "陈丽");
        Assert.NotEmpty(found);
        Assert.Subset((await world.Lists.ListAsync(world.Committee, "chenli")).ToHashSet(), found.ToHashSet());
        Assert.Subset((await world.Lists.ListAsync(world.Committee, "CL")).ToHashSet(), found.ToHashSet());
        Assert.Empty(await world.Lists.ListAsync(world.Committee, "qqqq"));

        var branch = world.Branches[First];
        var byPinyin = (await world.Lists.ListAsync(branch)).Select(l => l.Name).ToList();
        var byStrokes = (await world.Lists.ListAsync(branch, nameOrder: NameOrder.Strokes)).Select(l => l.Name).ToList();
        Assert.Equal(byPinyin.Order(PinyinOrder.OfNames), byPinyin);
        Assert.Equal(byPinyin.Order(StrokeOrder.OfNames), byStrokes);
        Assert.NotEqual(byPinyin, byStrokes);
    }

    [Fact]
    public async Task The_whole_record_of_a_person_is_shown_to_those_who_may()
    {
        await using var world = await CreateAsync();
        var line = (await world.Lists.ListAsync(world.Committee, "陈丽")).First(l => l.BranchName == First && l.Admitted == new DateOnly(1979, 2, 27));
        var detail = await world.Lists.ReadAsync(line.Member);
        Assert.Equal(
            ("990227195907218204", "女", new DateOnly(1959, 7, 21), "壮族", "初中", "19994212661", new Amount(2443), false),
            (detail.IdNumber, detail.Sex, detail.BirthDate!.Value, detail.Ethnicity, detail.Education, detail.Phone, detail.Monthly!.Value, detail.HasKey));
    }

    [Fact]
    public async Task A_branch_secretary_sees_the_own_branch_alone()
    {
        await using var world = await CreateAsync();
        var inside = (await world.Lists.ListAsync(world.Branches[First]))[0].Member;
        var outside = (await world.Lists.ListAsync(world.Branches["生产党支部"]))[0].Member;
        await world.DoAsync(ActsToSign.Create(new AppointToPost(inside, world.Branches[First], Post.BranchSecretary, new DateOnly(2026, 11, 22), null)));

        world.Member = inside;
        Assert.Equal([First], (await world.Lists.ReadTreeAsync()).Select(n => n.Name));
        Assert.Equal(50, (await world.Lists.ListAsync(world.Branches[First])).Count);
        await world.Lists.ReadAsync(inside);
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ListAsync(world.Committee));
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ListAsync(world.Branches["生产党支部"]));
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ReadAsync(outside));
    }

    [Fact]
    public async Task Nobody_without_a_post_sees_any_name()
    {
        await using var world = await CreateAsync();
        var someone = (await world.Lists.ListAsync(world.Committee))[0].Member;
        foreach (var who in new MemberId?[] { someone, LedgerId.New<MemberId>() })
        {
            world.Member = who;
            Assert.Empty(await world.Lists.ReadTreeAsync());
            await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ListAsync(world.Committee));
            await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ReadAsync(someone));
        }

        world.Member = null;
        await Assert.ThrowsAsync<AccessDeniedException>(() => world.Lists.ReadTreeAsync());
    }

    [Fact]
    public async Task An_erased_person_is_listed_without_name_or_record()
    {
        await using var world = await CreateAsync();
        var line = (await world.Lists.ListAsync(world.Branches[First]))[0];
        await (await world.Vault.GetAsync()).EraseAsync(line.Member);
        var detail = await world.Lists.ReadAsync(line.Member);
        Assert.StartsWith("m-", detail.Line.Name, StringComparison.Ordinal);
        Assert.Equal((null, null, null), (detail.IdNumber, detail.Phone, detail.BirthDate));
    }

    [Fact]
    public async Task Members_of_a_withdrawn_import_leave_the_list()
    {
        await using var world = await CreateAsync();
        var import = Assert.Single(await world.Imports.ListAsync());
        await world.DoAsync(await world.Imports.WithdrawAsync(import.Import));
        await world.ProjectAsync();
        Assert.Empty(await world.Lists.ListAsync(world.Committee));
    }

    private static async Task<RosterWorld> CreateAsync()
    {
        var world = await RosterWorld.CreateAsync();
        await using var file = RosterWorld.Sample("roster-300.xlsx");
        var preview = await world.Imports.ReadAsync(file, "roster-300.xlsx");
        var staged = await world.Imports.ConfirmAsync(preview.Draft, new ImportChoices(ImportChoices.DefaultFarmer, new Month(2026, 11)));
        await world.DoAsync(staged.Acts);
        await world.ProjectAsync();
        return world;
    }
}
