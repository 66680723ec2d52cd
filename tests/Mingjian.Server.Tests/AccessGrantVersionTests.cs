using Mingjian.Server.Access;

namespace Mingjian.Server.Tests;

/// <summary>The version mark of the file of grants; that what cannot be read lets nobody in is held by EntryAccessTests.</summary>
public sealed class AccessGrantVersionTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("mingjian-grants-").FullName;

    private string Path => System.IO.Path.Combine(_directory, AccessGrantFile.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_first_releases_bare_list_is_read_and_written_with_the_mark()
    {
        var hash = AccessGrantFile.HashOf(AccessGrantFile.TokenPrefix + new string('0', 64))!.Value;
        File.WriteAllText(
            Path,
            $$"""[{"name":"监督组","purpose":"Audit","hash":"{{hash}}","granted":"2026-11-01T00:00:00+00:00","until":"2027-11-01T00:00:00+00:00","revoked":null}]""");
        Assert.Equal(hash, Assert.Single(AccessGrantFile.Read(_directory)).Hash);
        AccessGrantFile.Grant(_directory, "见证人", AccessPurpose.Witness, Now, TimeSpan.FromDays(1));
        Assert.StartsWith("{\"format\":\"mingjian-access@v1\",", File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.Equal(["监督组", "见证人"], AccessGrantFile.Read(_directory).Select(g => g.Name));
    }

    [Theory]
    [InlineData("""{"format":"mingjian-access@v2","grants":[]}""")]
    [InlineData("""{"grants":[]}""")]
    [InlineData("7")]
    public void Another_version_is_refused_by_its_code_and_neither_read_nor_written_over(string text)
    {
        File.WriteAllText(Path, text);
        var refusal = Assert.Throws<InvalidDataException>(() => AccessGrantFile.Read(_directory));
        Assert.StartsWith("access/unknown-version：", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => AccessGrantFile.Grant(_directory, "a", AccessPurpose.Audit, Now, TimeSpan.FromDays(1)));
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void A_mark_without_grants_is_no_file_of_grants()
    {
        File.WriteAllText(Path, """{"format":"mingjian-access@v1"}""");
        Assert.Throws<InvalidDataException>(() => AccessGrantFile.Read(_directory));
    }
}
