using System.IO.Compression;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>The main part: its sheets, date system, and where styles and shared strings are.</summary>
internal sealed record WorkbookPart(
    bool Date1904, IReadOnlyList<WorkbookSheet> Sheets, IReadOnlyList<string> HiddenSheets, string? Styles, string? SharedStrings)
{
    public static WorkbookPart Read(ZipArchive package, WorkbookLimits limits)
    {
        var main = Relationships(package, string.Empty, "_rels/.rels", limits)
            .FirstOrDefault(r => r.Type.EndsWith("/officeDocument", StringComparison.Ordinal))?.Target;
        if (main is null || Find(package, main) is not { } part)
        {
            throw PackageCheck.NotAWorkbook();
        }

        var folder = main[..(main.LastIndexOf('/') + 1)];
        var relationships = Relationships(package, folder, $"{folder}_rels/{main[folder.Length..]}.rels", limits);
        var byId = relationships.ToLookup(r => r.Id, StringComparer.Ordinal);
        var sheets = new List<WorkbookSheet>();
        var hidden = new List<string>();
        var date1904 = false;
        var isWorkbook = false;
        using (var xml = PackageCheck.OpenXml(part, limits))
        {
            while (xml.Read())
            {
                if (xml.NodeType != XmlNodeType.Element)
                {
                    continue;
                }

                switch (xml.LocalName)
                {
                    case "workbook" when xml.Depth == 0:
                        isWorkbook = true;
                        break;
                    case "workbookPr":
                        date1904 = xml.GetAttribute("date1904") is "1" or "true" or "on";
                        break;
                    case "sheet" when xml.GetAttribute("state") is "hidden" or "veryHidden":
                        hidden.Add(xml.GetAttribute("name") ?? string.Empty);
                        break;
                    case "sheet":
                        AddSheet(xml, byId, sheets, limits);
                        break;
                }
            }
        }

        if (!isWorkbook)
        {
            throw PackageCheck.NotAWorkbook();
        }

        return sheets.Count == 0
            ? throw new WorkbookException(WorkbookFault.NoVisibleSheet, "工作簿里没有可见的工作表。请取消隐藏后再上传。")
            : new WorkbookPart(date1904, sheets, hidden, Target(relationships, "/styles"), Target(relationships, "/sharedStrings"));
    }

    /// <summary>The part that a relationship names. Targets are references (RFC 3986), part names may be written plainly or percent-encoded (OPC, annex A).</summary>
    public static ZipArchiveEntry? Find(ZipArchive package, string name) =>
        FindExact(package, name) ?? (name.Contains('%', StringComparison.Ordinal) ? FindExact(package, Uri.UnescapeDataString(name)) : null)
        ?? package.Entries.FirstOrDefault(p => p.FullName.Contains('%', StringComparison.Ordinal)
            && Uri.UnescapeDataString(PlainName(p)).Equals(Uri.UnescapeDataString(name), StringComparison.OrdinalIgnoreCase));

    private static ZipArchiveEntry? FindExact(ZipArchive package, string name) =>
        package.Entries.FirstOrDefault(p => PlainName(p).Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string PlainName(ZipArchiveEntry part) => part.FullName.Replace('\\', '/').TrimStart('/');

    private static void AddSheet(XmlReader xml, ILookup<string, Relationship> byId, List<WorkbookSheet> sheets, WorkbookLimits limits)
    {
        string? id = null;
        for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
        {
            if (xml.LocalName == "id" && xml.NamespaceURI.EndsWith("/relationships", StringComparison.Ordinal))
            {
                id = xml.Value;
            }
        }

        xml.MoveToElement();
        var relationship = byId[id ?? string.Empty].FirstOrDefault() ?? throw WorkbookException.Damaged();
        if (relationship.Type.EndsWith("/worksheet", StringComparison.Ordinal))
        {
            sheets.Add(new WorkbookSheet(xml.GetAttribute("name") ?? string.Empty, relationship.Target));
        }

        if (sheets.Count > limits.MaxSheets)
        {
            throw new WorkbookException(WorkbookFault.TooManySheets, $"工作表超过 {limits.MaxSheets} 个。请只保留名册所在的工作表。");
        }
    }

    private static string? Target(List<Relationship> relationships, string type) =>
        relationships.FirstOrDefault(r => r.Type.EndsWith(type, StringComparison.Ordinal))?.Target;

    private static List<Relationship> Relationships(ZipArchive package, string folder, string name, WorkbookLimits limits)
    {
        var found = new List<Relationship>();
        if (Find(package, name) is not { } part)
        {
            return found;
        }

        using var xml = PackageCheck.OpenXml(part, limits);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship"
                && xml.GetAttribute("TargetMode") is null or "Internal" && xml.GetAttribute("Target") is { } target)
            {
                found.Add(new Relationship(xml.GetAttribute("Id") ?? string.Empty, xml.GetAttribute("Type") ?? string.Empty, Resolve(folder, target)));
            }
        }

        return found;
    }

    private static string Resolve(string folder, string target)
    {
        var path = new Stack<string>();
        var full = target.StartsWith('/') ? target : folder + target;
        foreach (var step in full.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == "..")
            {
                path.TryPop(out _);
            }
            else if (step != ".")
            {
                path.Push(step);
            }
        }

        return string.Join('/', path.Reverse());
    }

    private sealed record Relationship(string Id, string Type, string Target);
}
