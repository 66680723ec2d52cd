using MudBlazor;

namespace Mingjian.Web.Layout;

/// <summary>MudBlazor's theme for staff pages; the same colours as <c>css/mingjian.css</c>.</summary>
/// <remarks>Red is kept for the one act that matters on a page (<c>Color.Primary</c>) and for faults; all else is warm grey.</remarks>
internal static class MingjianTheme
{
    private static readonly string[] Fonts =
        ["-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif"];

    public static MudTheme Staff { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#c8102e",
            Secondary = "#5f5850",
            Tertiary = "#7a6a4f",
            Info = "#35566b",
            Success = "#2e6b4a",
            Warning = "#8a5a00",
            Error = "#b00020",
            Dark = "#26221e",
            TextPrimary = "#26221e",
            TextSecondary = "#5f5850",
            Background = "#faf9f7",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#26221e",
            LinesDefault = "#e4dfd8",
            LinesInputs = "#a79f94",
            TableLines = "#e9e5df",
            TableHover = "#f5f2ee",
            TableStriped = "#faf9f7",
            Divider = "#e4dfd8",
            ActionDefault = "#5f5850",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "4px" },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = "0.9375rem", LineHeight = "1.6", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Fonts, FontSize = "0.9375rem", LineHeight = "1.6", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Fonts, FontSize = "0.9375rem", LineHeight = "1.6", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Fonts, FontSize = "0.9375rem", TextTransform = "none", LetterSpacing = "normal" },
        },
    };
}
