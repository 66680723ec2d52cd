using Microsoft.EntityFrameworkCore;
using Mingjian.Acts.Signing;
using Mingjian.Collation;
using Mingjian.Contracts;
using Mingjian.Contracts.Organizations;
using Mingjian.Contracts.Sdk;
using Mingjian.Cryptography;
using Mingjian.Engine;
using Mingjian.Primitives;
using Mingjian.Primitives.Text;
using Mingjian.Slices.Kernel.Projections;
using Mingjian.Views.Directory;
using Mingjian.Views.Organizations;
using Mingjian.Views.Session;

namespace Mingjian.Slices.Organizations;

/// <summary>Organisations and posts from the read models; rights from the ledger's head.</summary>
internal sealed class OrganizationAdministration(
    ICurrentUser users, ILedger ledger, IDbContextFactory<ReadModelContext> readModels, INameDirectory names, INameRegistry registry,
    IConfiguration configuration, TimeProvider clock) : IOrganizationAdministration
{
    private const int MaxNameLength = 60;

    private DateOnly Today => LedgerTime.From(clock.GetUtcNow()).BeijingDate;

    public async Task<IReadOnlyList<OrganizationView>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        await using var db = await readModels.CreateDbContextAsync(cancellationToken);
        var state = ledger.ReadState();
        var mine = (await db.Organizations().AsNoTracking().ToListAsync(cancellationToken))
            .Where(o => Rights.Allows(state, user.Member, Right.AppointToPost, o.Organization, Today)).ToList();
        var ids = mine.Select(o => o.Organization).ToHashSet();
        var today = Today;
        var posts = (await db.Posts().AsNoTracking().Where(p => p.Until == null || p.Until >= today).ToListAsync(cancellationToken))
            .Where(p => ids.Contains(p.Organization)).ToLookup(p => p.Organization);
        var organizationNames = await names.FindAsync(ids, cancellationToken);
        var people = await names.FindAsync(
            posts.SelectMany(g => g).SelectMany(p => new[] { p.Member, p.Signer }).Distinct().ToArray(), cancellationToken);
        var views = new List<OrganizationView>(mine.Count);
        var below = mine.Where(o => o.Higher is { } higher && ids.Contains(higher)).ToLookup(o => o.Higher!.Value);
        foreach (var top in mine.Where(o => o.Higher is not { } higher || !ids.Contains(higher)).OrderBy(o => o.Index))
        {
            Add(top, 0);
        }

        return views;

        void Add(ProjectedOrganization organization, int depth)
        {
            views.Add(new OrganizationView(
                organization.Organization,
                organizationNames.TryGetValue(organization.Organization, out var name) ? name : ShortId.Of(organization.Organization),
                organization.Kind, depth, organization.Height, organization.Index,
                [.. posts[organization.Organization].OrderBy(p => p.Post).ThenBy(p => p.From).ThenBy(p => NameOf(people, p.Member), PinyinOrder.OfNames).Select(p => new PostView(
                    p.Member, NameOf(people, p.Member), p.Post, p.From, p.Until, NameOf(people, p.Signer), p.Height, p.Index))]));
            foreach (var child in below[organization.Organization].OrderBy(o => o.Index))
            {
                Add(child, depth + 1);
            }
        }
    }

    public async Task<ActsToSign> EstablishAsync(
        OrganizationId higher, OrganizationKind kind, string name, CancellationToken cancellationToken = default)
    {
        await RequireAsync(Right.EstablishOrganization, higher, cancellationToken);
        var text = TextFold.Stored(name);
        if (text.Length is 0 or > MaxNameLength || text.Any(char.IsControl))
        {
            throw new ArgumentException($"名称应为 1 至 {MaxNameLength} 字。", nameof(name));
        }

        var id = LedgerId.New<OrganizationId>();
        return ActsToSign.Create(new EstablishOrganization(
            id, higher, kind, await registry.RegisterAsync(id, text, cancellationToken)));
    }

    public async Task<ActsToSign> AppointAsync(
        MemberId member, OrganizationId organization, Post post, DateOnly from, DateOnly? until, CancellationToken cancellationToken = default)
    {
        await RequireAsync(Right.AppointToPost, organization, cancellationToken);
        return ActsToSign.Create(new AppointToPost(member, organization, post, from, until));
    }

    public async Task<ActsToSign> EndAsync(
        MemberId member, OrganizationId organization, Post post, DateOnly lastDay, CancellationToken cancellationToken = default)
    {
        await RequireAsync(Right.AppointToPost, organization, cancellationToken);
        return ActsToSign.Create(new EndAppointment(member, organization, post, lastDay));
    }

    public async Task<SitesView?> ReadSitesAsync(string present, CancellationToken cancellationToken = default)
    {
        var user = await UserAsync(cancellationToken);
        var state = ledger.ReadState();
        if (!MayManageSites(state, user))
        {
            return null;
        }

        var known = new Dictionary<Hash32, string>();
        foreach (var address in (configuration["AllowedHosts"] ?? string.Empty).Split(';').Select(h => $"https://{h.Trim()}").Prepend(present))
        {
            if (SiteOrigin.TryParse(address, out var origin))
            {
                known[origin.Hash] = origin.Text;
            }
        }

        var own = !SiteOrigin.TryParse(present, out var here) ? SiteState.Impossible
            : here.IsLocal ? SiteState.Local
            : state.IsSite(here.Hash) ? SiteState.Registered : SiteState.NotRegistered;
        return new SitesView(
            [.. (state.Get(OrganizationsState.SitesKey)?.Sites ?? []).Select(s => new SiteView(s, known.GetValueOrDefault(s)))], present, own);
    }

    public async Task<ActsToSign> RegisterSiteAsync(string origin, CancellationToken cancellationToken = default)
    {
        await RequireSitesAsync(cancellationToken);
        return SiteOrigin.TryParse(origin.Trim().TrimEnd('/'), out var site) && !site.IsLocal
            ? ActsToSign.Create(new RegisterSite(site.Hash))
            : throw new ArgumentException("网址应以 https:// 开头，后面是小写的域名，必要时加端口，例如 https://dangjian.example；不能是数字地址。", nameof(origin));
    }

    public async Task<ActsToSign> RemoveSiteAsync(Hash32 site, CancellationToken cancellationToken = default)
    {
        await RequireSitesAsync(cancellationToken);
        return ActsToSign.Create(new RemoveSite(site));
    }

    private bool MayManageSites(IStateReader state, CurrentUser user) =>
        state.Get(OrganizationsState.TopKey) is { } top && Rights.Allows(state, user.Member, Right.ManageSites, top.Committee, Today);

    private async Task RequireSitesAsync(CancellationToken cancellationToken)
    {
        if (!MayManageSites(ledger.ReadState(), await UserAsync(cancellationToken)))
        {
            throw new AccessDeniedException("网址由最高一级党委的组织委员登记。");
        }
    }

    private static string NameOf(IReadOnlyDictionary<MemberId, string> known, MemberId member) =>
        known.TryGetValue(member, out var name) ? name : ShortId.Of(member);

    private async Task<CurrentUser> UserAsync(CancellationToken cancellationToken) =>
        await users.GetAsync(cancellationToken) ?? throw new AccessDeniedException("请先登录。");

    private async Task RequireAsync(Right right, OrganizationId organization, CancellationToken cancellationToken)
    {
        var user = await UserAsync(cancellationToken);
        if (!Rights.Allows(ledger.ReadState(), user.Member, right, organization, Today))
        {
            throw new AccessDeniedException("这个组织不在您的管理范围内。");
        }
    }
}
