namespace Mingjian.Storage.Sql;

/// <summary>A database whose schema this program cannot use, or could not change. Nothing was written.</summary>
/// <remarks>The message is Chinese, begins with the code and says what, where and how to mend it: it is shown to whoever runs the server.</remarks>
public sealed class SchemaVersionException : Exception
{
    /// <summary>Written by a program that knows more migrations.</summary>
    public const string Newer = "store/newer-version";

    /// <summary>A migration failed and was undone.</summary>
    public const string Failed = "store/migration-failed";

    private SchemaVersionException(string code, string message, Exception? inner = null)
        : base($"{code}：{message}", inner) => Code = code;

    /// <summary>Stable.</summary>
    public string Code { get; }

    internal static SchemaVersionException OfNewer(string place, int found, int known) => new(
        Newer,
        $"{place} 的结构是版本 {found}，由更新的程序写成；本程序只认识到版本 {known}。数据没有改动。请换回写它的程序（或更新的），或者恢复升级以前的备份。");

    internal static SchemaVersionException OfFailure(string place, int found, string migration, Exception cause) => new(
        Failed,
        $"{place} 从版本 {found} 升级时，步骤 {migration} 没有成功，已经全部撤销，数据仍是版本 {found}：{cause.Message} 请排除原因（常见的是磁盘已满）后重新启动，或者先换回原来的程序。",
        cause);
}
