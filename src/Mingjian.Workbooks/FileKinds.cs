namespace Mingjian.Workbooks;

/// <summary>What a file is by its bytes; its name says nothing.</summary>
internal enum FileKind
{
    /// <summary>A package, an old workbook or something else: the package reader reads it or says why not.</summary>
    Workbook = 1,
    Text = 2,
}

/// <summary>Tells tables of text from workbooks.</summary>
internal static class FileKinds
{
    private const int Looked = 65_536;

    /// <exception cref="WorkbookException">A web page under a spreadsheet's name.</exception>
    public static FileKind Of(Stream file, WorkbookLimits limits)
    {
        if (file.Length is 0 || file.Length > limits.MaxFileBytes)
        {
            return FileKind.Workbook;
        }

        var head = new byte[Math.Min(file.Length, Looked)];
        file.Position = 0;
        file.ReadExactly(head);
        file.Position = 0;
        if (head.AsSpan().StartsWith("PK"u8) || !TextTable.IsText(head))
        {
            return FileKind.Workbook;
        }

        var start = TextEncodings.Decode(head[..Math.Min(head.Length, 1024)], TextEncodings.Guess(head)).Text.TrimStart();
        if (start.StartsWith('<') || start.StartsWith("MIME-Version", StringComparison.OrdinalIgnoreCase))
        {
            throw new WorkbookException(WorkbookFault.WebPage, "这其实是网页或 XML 文件，只是用了表格的文件名（有些系统这样导出）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。");
        }

        return start.StartsWith("%PDF", StringComparison.Ordinal) || start.StartsWith("{\\rtf", StringComparison.Ordinal) ? FileKind.Workbook : FileKind.Text;
    }
}
