using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Mingjian.Formats.Tests.Schemas;

/// <summary>What the docstrings say, as the compiler wrote them beside the assemblies.</summary>
internal sealed partial class DocComments
{
    private readonly Dictionary<string, XElement> _members = new(StringComparer.Ordinal);

    public DocComments()
    {
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "Mingjian.*.xml"))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                _members[member.Attribute("name")!.Value] = member;
            }
        }
    }

    /// <summary>A type's summary, or null.</summary>
    public string? Of(Type type) => Text(_members.GetValueOrDefault($"T:{NameOf(type)}")?.Element("summary"));

    /// <summary>A record's parameter, or the property's own summary; null where nothing is said.</summary>
    public string? Of(Type type, string property) =>
        Text(_members.GetValueOrDefault($"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == property))
        ?? Text(_members.GetValueOrDefault($"P:{NameOf(type)}.{property}")?.Element("summary"));

    /// <summary>An enumeration's value.</summary>
    public string? OfValue(Type type, string value) => Text(_members.GetValueOrDefault($"F:{NameOf(type)}.{value}")?.Element("summary"));

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var parts = element.Nodes().Select(node => node switch
        {
            XElement e => e.Attribute("cref")?.Value.Split('.')[^1].Split('(')[0] ?? e.Attribute("name")?.Value ?? e.Attribute("langword")?.Value ?? e.Value,
            XText text => text.Value,
            _ => string.Empty,
        });
        return Spaces().Replace(string.Concat(parts), " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
