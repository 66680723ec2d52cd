using System.Collections;
using System.Resources;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;

namespace Mingjian.Server.Tests;

/// <summary>No English from the component library.</summary>
[Collection(nameof(DemoServer))]
public sealed partial class MudStringsTests(DemoServer demo)
{
    [Fact]
    public void Every_word_of_the_component_library_has_a_chinese_one_with_the_same_places_for_values()
    {
        var interceptor = demo.Server.Services.GetRequiredService<ILocalizationInterceptor>();
        var localizer = demo.Server.Services.GetRequiredService<MudLocalizer>();
        using var stream = typeof(MudLocalizer).Assembly.GetManifestResourceStream("MudBlazor.Resources.LanguageResource.resources")!;
        using var reader = new ResourceReader(stream);
        var count = 0;
        foreach (DictionaryEntry entry in reader)
        {
            var (key, english) = ((string)entry.Key, (string)entry.Value!);
            Assert.False(localizer[key].ResourceNotFound, key);
            var chinese = localizer[key].Value;
            Assert.Equal(Places().Matches(english).Select(m => m.Value).Order(), Places().Matches(chinese).Select(m => m.Value).Order());
            Assert.DoesNotMatch("[a-z]{3}", chinese);
            count++;
        }

        Assert.True(count > 100, $"Only {count} words were found.");
        Assert.Equal("关闭", interceptor.Handle("MudDialog_Close").Value);
        Assert.Equal("第 3 页", interceptor.Handle("MudPagination_PageIndex", 3).Value);
    }

    [GeneratedRegex("\\{[0-9]\\}")]
    private static partial Regex Places();
}
