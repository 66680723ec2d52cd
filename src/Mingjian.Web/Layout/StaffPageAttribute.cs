using Microsoft.AspNetCore.Components;

namespace Mingjian.Web.Layout;

/// <summary>Marks a staff page: dense layout with the side menu, MudBlazor and the Blazor script.</summary>
/// <remarks>Write <c>@attribute [StaffPage]</c>, and <c>@rendermode InteractiveServer</c> where the page is interactive.</remarks>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StaffPageAttribute : Attribute;

/// <summary>Which layout a page takes: marked ones the staff's, all others the member's, unless they name one.</summary>
internal static class PageLayout
{
    public static Type Of(RouteData route) =>
        route.PageType.IsDefined(typeof(StaffPageAttribute), inherit: true) ? typeof(StaffLayout) : typeof(MemberLayout);
}
