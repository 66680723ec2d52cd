using System.IO.Compression;
using System.Xml;

namespace Mingjian.Workbooks;

/// <summary>Everything that is checked about a package before any sheet is parsed.</summary>
/// <remarks>
/// Works on bytes, part names, content types and relationships only. Nothing is ever extracted to disk, no relationship is
/// followed outside the package, and document type declarations are refused in every part that is parsed.
/// </remarks>
internal static class PackageCheck
{
    private static ReadOnlySpan<byte> CompoundFileMagic => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersFromEntities = 1,
        CloseInput = true,
    };

    /// <summary>Refuses what is no .xlsx by its first bytes, with the reason a user can act on.</summary>
    public static void CheckMagic(Stream file, WorkbookLimits limits)
    {
        if (file.Length == 0)
        {
            throw new WorkbookException(WorkbookFault.Empty, "文件是空的。请选择填好的 .xlsx 工作簿。");
        }

        if (file.Length > limits.MaxFileBytes)
        {
            throw new WorkbookException(WorkbookFault.TooLarge,
                $"文件超过 {limits.MaxFileBytes >> 20} MB。请删去图片和无关的工作表，或分成几个文件导入。");
        }

        Span<byte> head = stackalloc byte[8];
        file.Position = 0;
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (read == 8 && head.SequenceEqual(CompoundFileMagic))
        {
            throw IsEncrypted(file)
                ? new WorkbookException(WorkbookFault.Encrypted, "文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后另存，再重新上传。")
                : new WorkbookException(WorkbookFault.LegacyFormat, "这是旧格式（.xls 或 .et）文件。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。");
        }

        if (read < 4 || head[0] != 'P' || head[1] != 'K')
        {
            throw NotAWorkbook();
        }
    }

    /// <summary>Checks names, sizes, ratios, content types and relationships of all parts.</summary>
    public static void CheckParts(ZipArchive package, WorkbookLimits limits)
    {
        if (package.Entries.Count > limits.MaxParts)
        {
            throw new WorkbookException(WorkbookFault.TooManyParts, "文件内部的部件过多，不像普通的名册。请把名册复制到新建的工作簿后再上传。");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var total = 0L;
        foreach (var part in package.Entries)
        {
            if (!names.Add(part.FullName.Replace('\\', '/').TrimStart('/')))
            {
                throw new WorkbookException(WorkbookFault.DuplicatePart, "文件内部有重名的部件，不予读取。请用 Excel 或 WPS 打开后另存，再重新上传。");
            }

            total += part.Length;
            if (part.Length > limits.MaxPartBytes || total > limits.MaxTotalBytes
                || (part.Length > limits.RatioFreeBytes && part.Length / Math.Max(1, part.CompressedLength) > limits.MaxRatio))
            {
                throw ExpandsTooMuch();
            }
        }

        if (names.Contains("META-INF/manifest.xml") && names.Contains("content.xml"))
        {
            throw new WorkbookException(WorkbookFault.OpenDocument, "这是 OpenDocument 表格（.ods）。请用 WPS、Excel 或 LibreOffice 打开，另存为“Excel 工作簿（.xlsx）”后再上传。");
        }

        if (!names.Contains("[Content_Types].xml") || !names.Contains("_rels/.rels"))
        {
            throw NotAWorkbook();
        }

        foreach (var name in names)
        {
            CheckName(name);
        }

        CheckContentTypes(package, limits);
        foreach (var part in package.Entries.Where(p => p.FullName.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)))
        {
            CheckRelationships(part, limits);
        }
    }

    /// <summary>Opens one part for parsing, within the bounds.</summary>
    public static XmlReader OpenXml(ZipArchiveEntry part, WorkbookLimits limits)
    {
        Stream stream;
        try
        {
            stream = part.Open();
        }
        catch (InvalidDataException e)
        {
            throw WorkbookException.Damaged(e);
        }

        return XmlReader.Create(new BoundedStream(stream, limits.MaxPartBytes, part.CompressedLength, limits), Settings);
    }

    /// <summary>Turns what the XML and zip readers throw into the two coded faults; other exceptions are bugs and pass.</summary>
    public static WorkbookException Translate(Exception exception) => exception switch
    {
        WorkbookException fault => fault,
        XmlException xml when xml.Message.Contains("DTD", StringComparison.Ordinal) => new WorkbookException(
            WorkbookFault.DocumentTypeDeclaration, "文件内部含有文档类型声明（DTD），可能是恶意文件，不予读取。", xml),
        _ => WorkbookException.Damaged(exception),
    };

    public static bool IsReadFailure(Exception exception) =>
        exception is XmlException or InvalidDataException or IOException or FormatException or OverflowException
            or NotSupportedException or ArgumentException;

    public static WorkbookException ExpandsTooMuch() =>
        new(WorkbookFault.ExpandsTooMuch, "文件解压后过大，可能是恶意文件（压缩炸弹），不予读取。如果确是名册，请复制到新建的工作簿后再上传。");

    public static WorkbookException NotAWorkbook(Exception? inner = null) =>
        new(WorkbookFault.NotAWorkbook, "这不是 .xlsx 工作簿，也不是 .csv 文本。请用 Excel 或 WPS 另存为“Excel 工作簿（.xlsx）”后再上传。", inner);

    private static void CheckName(string name)
    {
        if (name.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("vbaData.xml", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("xl/macrosheets/", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("xl/dialogsheets/", StringComparison.OrdinalIgnoreCase))
        {
            throw Macros();
        }

        if (name.StartsWith("xl/embeddings/", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("xl/activeX/", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("xl/ctrlProps/", StringComparison.OrdinalIgnoreCase))
        {
            throw new WorkbookException(WorkbookFault.EmbeddedObject, "文件含有嵌入对象或控件，不予读取。请把名册复制（只粘贴值）到新建的工作簿后再上传。");
        }

        if (name.StartsWith("xl/externalLinks/", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("xl/queryTables/", StringComparison.OrdinalIgnoreCase)
            || name.Equals("xl/connections.xml", StringComparison.OrdinalIgnoreCase))
        {
            throw ExternalLink();
        }

        if (name.Equals("xl/workbook.bin", StringComparison.OrdinalIgnoreCase))
        {
            throw BinaryWorkbook();
        }
    }

    private static void CheckContentTypes(ZipArchive package, WorkbookLimits limits)
    {
        var part = package.Entries.First(p => p.FullName.TrimStart('/').Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase));
        using var xml = OpenXml(part, limits);
        while (xml.Read())
        {
            var type = xml.NodeType == XmlNodeType.Element ? xml.GetAttribute("ContentType") : null;
            if (type is null)
            {
                continue;
            }

            if (type.Contains("macroEnabled", StringComparison.OrdinalIgnoreCase) || type.Contains("vbaProject", StringComparison.OrdinalIgnoreCase))
            {
                throw Macros();
            }

            if (type.Contains("sheet.binary", StringComparison.OrdinalIgnoreCase))
            {
                throw BinaryWorkbook();
            }
        }
    }

    private static void CheckRelationships(ZipArchiveEntry part, WorkbookLimits limits)
    {
        using var xml = OpenXml(part, limits);
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "Relationship")
            {
                continue;
            }

            var type = xml.GetAttribute("Type") ?? string.Empty;
            if (type.EndsWith("/vbaProject", StringComparison.OrdinalIgnoreCase))
            {
                throw Macros();
            }

            // Hyperlinks in cells (an address typed by hand becomes one) are never followed and never shown; all else is refused.
            if (string.Equals(xml.GetAttribute("TargetMode"), "External", StringComparison.OrdinalIgnoreCase)
                && !type.EndsWith("/hyperlink", StringComparison.Ordinal))
            {
                throw ExternalLink();
            }
        }
    }

    private static bool IsEncrypted(Stream file)
    {
        // The directory of an encrypted package names its streams in UTF-16; it lies anywhere, so the whole (bounded) file is searched.
        ReadOnlySpan<byte> name = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"u8;
        var bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        file.Position = 0;
        return bytes.AsSpan().IndexOf(name) >= 0;
    }

    private static WorkbookException Macros() =>
        new(WorkbookFault.Macros, "文件含有宏，不予读取。请另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。");

    private static WorkbookException ExternalLink() =>
        new(WorkbookFault.ExternalLink, "文件引用了外部文件或数据源，不予读取。请在“数据－编辑链接”中断开链接，或只粘贴值到新建的工作簿后再上传。");

    private static WorkbookException BinaryWorkbook() =>
        new(WorkbookFault.BinaryWorkbook, "这是二进制工作簿（.xlsb）。请另存为“Excel 工作簿（.xlsx）”后再上传。");
}
