using Mingjian.Contracts;
using Mingjian.Contracts.Sdk;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Mingjian.Architecture.Tests;

/// <summary>Reads the compiled contracts: the ban list sees neither floating-point fields, casts and literals nor what the compiler makes.</summary>
public sealed class DeterminismTests
{
    private static readonly string[] BannedTypes =
    [
        "System.Single", "System.Double", "System.Half", "System.Decimal", "System.Random", "System.Environment", "System.TimeProvider",
        "System.Diagnostics.Stopwatch", "System.Security.Cryptography.RandomNumberGenerator", "System.HashCode", "System.GC", "System.Console",
        "System.AppContext", "System.Activator", "System.TimeZoneInfo", "System.Collections.Generic.Dictionary`2",
        "System.Collections.Generic.HashSet`1", "System.Collections.Hashtable", "System.Linq.ParallelEnumerable",
    ];

    private static readonly string[] BannedNamespaces =
        ["System.IO", "System.Net", "System.Threading", "System.Data", "System.Runtime.InteropServices", "System.Diagnostics"];

    private static readonly string[] BannedMembers =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today", "System.DateTimeOffset::get_Now",
        "System.DateTimeOffset::get_UtcNow", "System.Guid::NewGuid", "System.Guid::CreateVersion7", "System.Object::GetHashCode",
        "System.Globalization.CultureInfo::get_CurrentCulture", "System.Globalization.CultureInfo::get_CurrentUICulture",
        "Mingjian.Primitives.LedgerId::New", "Mingjian.Primitives.Salt::New", "Mingjian.Primitives.Amount::get_Yuan",
        "Mingjian.Primitives.Amount::FromYuan",
    ];

    private static readonly Code[] FloatingPoint =
    [
        Code.Ldc_R4, Code.Ldc_R8, Code.Conv_R4, Code.Conv_R8, Code.Conv_R_Un, Code.Ldind_R4, Code.Ldind_R8, Code.Stind_R4, Code.Stind_R8,
        Code.Ldelem_R4, Code.Ldelem_R8, Code.Stelem_R4, Code.Stelem_R8,
    ];

    public static TheoryData<string> Assemblies => [typeof(AllContracts).Assembly.Location, typeof(IContract).Assembly.Location];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Compiled_contracts_use_nothing_that_differs_between_nodes(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        Assert.Empty(module.GetTypes().SelectMany(FaultsOf));
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Compiled_contracts_hold_no_changing_static_field(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        var faults = module.GetTypes()
            .Where(t => !IsCompilerMade(t) && !IsSerializer(t))
            .SelectMany(t => t.Fields)
            .Where(f => f is { IsStatic: true, IsInitOnly: false, HasConstant: false } && !f.Name.StartsWith("<>", StringComparison.Ordinal))
            .Select(f => f.FullName);
        Assert.Empty(faults);
    }

    /// <summary>The reader must find in this assembly what it is to find in the contracts.</summary>
    [Theory]
    [InlineData(nameof(Specimens.Field), "System.Double")]
    [InlineData(nameof(Specimens.Literal), "Ldc_R8")]
    [InlineData(nameof(Specimens.Cast), "Conv_R8")]
    [InlineData(nameof(Specimens.Parameter), "System.Single")]
    [InlineData(nameof(Specimens.Local), "System.Decimal")]
    [InlineData(nameof(Specimens.Generic), "System.Double")]
    [InlineData(nameof(Specimens.Clock), "System.DateTime::get_UtcNow")]
    [InlineData(nameof(Specimens.Hash), "System.Object::GetHashCode")]
    [InlineData(nameof(Specimens.Async), "System.Threading")]
    [InlineData(nameof(Specimens.Files), "System.IO")]
    [InlineData(nameof(Specimens.HashOrder), "System.Collections.Generic.Dictionary`2")]
    public void The_reader_finds_what_is_banned(string specimen, string fault)
    {
        using var module = ModuleDefinition.ReadModule(typeof(DeterminismTests).Assembly.Location);
        var type = module.GetTypes().Single(t => t.Name == specimen && t.DeclaringType?.Name == nameof(Specimens));
        var types = new List<TypeDefinition> { type };
        types.AddRange(type.NestedTypes);
        Assert.Contains(types.SelectMany(FaultsOf), f => f.Contains(fault, StringComparison.Ordinal));
    }

    private static IEnumerable<string> FaultsOf(TypeDefinition type)
    {
        // System.Text.Json's generated contexts are the serialiser's own code; what they write is held by canonical re-encoding.
        if (IsSerializer(type))
        {
            return [];
        }

        return type.Fields.Where(f => IsBanned(f.FieldType)).Select(f => $"field {f.FullName}").Concat(type.Methods.SelectMany(FaultsOf));
    }

    private static IEnumerable<string> FaultsOf(MethodDefinition method)
    {
        if (IsMadeForRecords(method))
        {
            yield break;
        }

        var types = method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType)
            .Concat(method.HasBody ? method.Body.Variables.Select(v => v.VariableType) : []);
        foreach (var type in types.Where(IsBanned))
        {
            yield return $"{method.FullName} has a {type.FullName}";
        }

        foreach (var instruction in method.HasBody ? method.Body.Instructions : [])
        {
            if (FloatingPoint.Contains(instruction.OpCode.Code))
            {
                yield return $"{method.FullName}: {instruction.OpCode.Code}";
            }

            if (FaultOf(instruction.Operand) is { } fault)
            {
                yield return $"{method.FullName} uses {fault}";
            }
        }
    }

    private static string? FaultOf(object? operand) => operand switch
    {
        MethodReference method when BannedMembers.Contains($"{method.DeclaringType.GetElementType().FullName}::{method.Name}")
            => $"{method.DeclaringType.GetElementType().FullName}::{method.Name}",
        MethodReference method when IsBanned(method.DeclaringType) || IsBanned(method.ReturnType) || method.Parameters.Any(p => IsBanned(p.ParameterType))
            || (method is GenericInstanceMethod generic && generic.GenericArguments.Any(IsBanned)) => method.FullName,
        FieldReference field when IsBanned(field.DeclaringType) || IsBanned(field.FieldType) => field.FullName,
        TypeReference type when IsBanned(type) => type.FullName,
        _ => null,
    };

    private static bool IsBanned(TypeReference type) => type switch
    {
        GenericInstanceType generic => IsBanned(generic.ElementType) || generic.GenericArguments.Any(IsBanned),
        TypeSpecification specification => IsBanned(specification.ElementType),
        GenericParameter => false,
        _ => BannedTypes.Contains(type.FullName)
            || BannedNamespaces.Any(n => type.Namespace == n || type.Namespace.StartsWith(n + ".", StringComparison.Ordinal)),
    };

    private static bool IsSerializer(TypeDefinition type) =>
        type.BaseType?.FullName == "System.Text.Json.Serialization.JsonSerializerContext"
        || (type.DeclaringType is { } outer && IsSerializer(outer));

    /// <summary>Equality, hash code and printing of records: made by the compiler, never called by a rule (calls to GetHashCode are banned).</summary>
    private static bool IsMadeForRecords(MethodDefinition method) =>
        method.Name is "GetHashCode" or "PrintMembers" or "ToString" or "Equals" && method.CustomAttributes.Any(IsCompilerMark);

    private static bool IsCompilerMade(TypeDefinition type) => type.CustomAttributes.Any(IsCompilerMark);

    private static bool IsCompilerMark(CustomAttribute attribute) =>
        attribute.AttributeType.FullName == "System.Runtime.CompilerServices.CompilerGeneratedAttribute";
}
