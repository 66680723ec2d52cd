using System.Globalization;

namespace Mingjian.Workbooks;

/// <summary>Why a file is not read as a workbook. Numbers are stable and never reused; declared in order of precedence.</summary>
public enum WorkbookFault
{
    Empty = 101,
    TooLarge = 102,
    LegacyFormat = 103,
    Encrypted = 104,
    NotAWorkbook = 105,
    Damaged = 106,
    TooManyParts = 107,
    DuplicatePart = 108,
    ExpandsTooMuch = 109,
    Macros = 110,
    EmbeddedObject = 111,
    ExternalLink = 112,
    BinaryWorkbook = 113,
    DocumentTypeDeclaration = 114,
    NoVisibleSheet = 115,
    TooManySheets = 116,
    TooManyRows = 117,
    TooManyColumns = 118,
    CellTooLong = 119,
    TooManyStrings = 120,

    /// <summary>A web page or XML table under a spreadsheet's name.</summary>
    WebPage = 121,
    OpenDocument = 122,
    EncodingUnknown = 123,
}

/// <summary>A file that is refused before or while it is read. The message is for the user: what is wrong and how to mend it.</summary>
public sealed class WorkbookException : Exception
{
    internal WorkbookException(WorkbookFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    public WorkbookFault Fault { get; }

    /// <summary>Stable: <c>workbook/109</c>.</summary>
    public string Code => string.Create(CultureInfo.InvariantCulture, $"workbook/{(int)Fault}");

    internal static WorkbookException Damaged(Exception? inner = null) =>
        new(WorkbookFault.Damaged, "文件已损坏或不完整，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。", inner);
}
