using System.Text.Json.Serialization;
using Mingjian.Contracts.Dues;
using Mingjian.Cryptography;
using Mingjian.Primitives;

namespace Mingjian.Server.Demo;

/// <summary>What the demo network consists of: made once at random, kept in <c>demo.json</c> beside the demo data.</summary>
/// <remarks>Holds the demo's private keys. They are worthless outside the demo ledger, whose name says that it is one.</remarks>
internal sealed record DemoPlan(
    string Warning, OrganizationId Committee, IReadOnlyList<DemoBranch> Branches, MemberId Founder, ImportId Import,
    IReadOnlyList<DemoPerson> People, byte[] FounderKey, IReadOnlyList<DemoKey> Keys)
{
    public const string CommitteeName = "某某集团党委";

    /// <summary>Founds the network and invites everybody; so this officer countersigns with nobody.</summary>
    public const string FounderName = "钱启用";

    private const string FileName = "demo.json";

    private const string WarningText = "演示数据：其中的人员、号码、金额均为虚构，密钥公开，不得用于实际工作。DEMO DATA ONLY.";

    private static readonly string[] BranchNames =
        ["机关第一党支部", "机关第二党支部", "生产党支部", "研发党支部", "后勤党支部", "离退休党支部"];

    // Name, branch, class, base in yuan, year of admission. Names say what they are; no real person is meant.
    private static readonly (string Name, int Branch, DuesClass Class, int Base, int Admitted)[] Sketch =
    [
        ("书记甲", 0, DuesClass.SalariedMonthly, 8600, 2005),
        ("党员乙", 0, DuesClass.SalariedMonthly, 6200, 2016),
        ("党员丙", 0, DuesClass.SalariedMonthly, 3000, 2019),
        ("党员丁", 0, DuesClass.SalariedMonthly, 5000, 2011),
        ("党员戊", 0, DuesClass.SalariedMonthly, 12400, 2008),
        ("党员己", 0, DuesClass.Student, 0, 2024),
        ("审计庚", 1, DuesClass.SalariedMonthly, 9100, 2003),
        ("方组织", 1, DuesClass.SalariedMonthly, 4800, 2018),
        ("韩组织", 1, DuesClass.AnnualSalary, 15800, 2010),
        ("党员癸", 2, DuesClass.SalariedMonthly, 5600, 2014),
        ("党员子", 2, DuesClass.SalariedMonthly, 4300, 2020),
        ("党员丑", 3, DuesClass.SalariedMonthly, 11200, 2013),
        ("党员寅", 3, DuesClass.SalariedMonthly, 7400, 2021),
        ("党员卯", 4, DuesClass.SalariedMonthly, 3900, 2012),
        ("党员辰", 4, DuesClass.OnMinimumLiving, 0, 1999),
        ("党员巳", 5, DuesClass.Retired, 5200, 1985),
        ("党员午", 5, DuesClass.Retired, 4600, 1979),
    ];

    /// <summary>Index of the branch secretary among the people.</summary>
    public const int Secretary = 0;

    /// <summary>Index of the ordinary member.</summary>
    public const int Member = 1;

    /// <summary>Index of the auditor.</summary>
    public const int Auditor = 6;

    /// <summary>Index of the committee's officer, who decides and countersigns.</summary>
    public const int Officer = 7;

    /// <summary>Index of the committee's other officer.</summary>
    public const int SecondOfficer = 8;

    /// <summary>The key that a person of the demo was invited to bind; later ones are added with it, as people add their devices.</summary>
    public byte[] KeyOf(int person) => Keys.First(k => k.Person == person).Key;

    /// <summary>Whether a directory holds a plan.</summary>
    public static bool Exists(string directory) => File.Exists(Path.Combine(directory, FileName));

    /// <summary>Reads the plan, or makes one.</summary>
    public static DemoPlan LoadOrCreate(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (File.Exists(path))
        {
            return CanonicalJson.Decode(File.ReadAllBytes(path), DemoJson.Canonical);
        }

        var plan = new DemoPlan(
            WarningText, LedgerId.New<OrganizationId>(),
            [.. BranchNames.Select(name => new DemoBranch(LedgerId.New<OrganizationId>(), name))],
            LedgerId.New<MemberId>(), LedgerId.New<ImportId>(),
            [.. Sketch.Select(s => new DemoPerson(LedgerId.New<MemberId>(), s.Name, s.Branch, s.Class, s.Base, s.Admitted))],
            NewKey(), [.. new[] { Secretary, Member, Auditor, Officer, SecondOfficer }.Select(person => new DemoKey(person, NewKey()))]);
        File.WriteAllText(Path.Combine(directory, "DEMO-演示数据.txt"), WarningText + "\n");
        File.WriteAllBytes(path + ".new", CanonicalJson.Encode(plan, DemoJson.Canonical));
        File.Move(path + ".new", path);
        return plan;
    }

    private static byte[] NewKey()
    {
        using var key = Es256Signer.Create();
        return key.ExportPkcs8();
    }
}

/// <param name="Person">Index into the plan's people.</param>
/// <param name="Key">PKCS#8.</param>
internal sealed record DemoKey(int Person, byte[] Key);

internal sealed record DemoBranch(OrganizationId Id, string Name);

/// <param name="Branch">Index into the plan's branches.</param>
/// <param name="BaseYuan">Zero for classes without a base.</param>
/// <param name="AdmittedYear">Admitted on 1 July of it.</param>
internal sealed record DemoPerson(MemberId Id, string Name, int Branch, DuesClass Class, int BaseYuan, int AdmittedYear)
{
    public Amount Base => Amount.FromYuan(BaseYuan);

    public DateOnly Admitted => new(AdmittedYear, 7, 1);

    /// <summary>A number with a region code that does not exist, so it is nobody's.</summary>
    public string IdNumber(int index)
    {
        var digits = $"9999{index:00}{AdmittedYear - 22:0000}0101{index:000}";
        return digits + ResidentId.CheckCharacter(digits);
    }
}

[JsonSerializable(typeof(DemoPlan))]
internal sealed partial class DemoJson : JsonSerializerContext
{
    public static System.Text.Json.Serialization.Metadata.JsonTypeInfo<DemoPlan> Canonical { get; } =
        (System.Text.Json.Serialization.Metadata.JsonTypeInfo<DemoPlan>)CanonicalJson.CreateOptions(new DemoJson())
            .GetTypeInfo(typeof(DemoPlan));
}
