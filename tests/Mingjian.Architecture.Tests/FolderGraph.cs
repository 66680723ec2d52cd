using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace Mingjian.Architecture.Tests;

/// <summary>Which namespaces of one compiled assembly name which others of it. A namespace is a folder: the folder tests hold files to that.</summary>
/// <remarks>
/// Read from the compiled code, so it is exact but for one thing: a constant is copied where it is used, and leaves no trace of where it came from.
/// What the compiler makes beside the project's own namespaces is left out.
/// </remarks>
internal sealed class FolderGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _edges = new(StringComparer.Ordinal);
    private readonly ModuleDefinition _module;
    private readonly string _root;

    private FolderGraph(ModuleDefinition module, string root)
    {
        _module = module;
        _root = root;
        foreach (var type in module.GetTypes().Where(t => NamespaceOf(t) is not null))
        {
            foreach (var used in Uses(type).SelectMany(Parts))
            {
                Add(type, used);
            }
        }
    }

    /// <summary>Every namespace that names another, with the namespaces that it names and one pair of types for each.</summary>
    public IReadOnlyDictionary<string, SortedDictionary<string, string>> Edges => _edges;

    /// <summary>The graph of an assembly.</summary>
    /// <param name="assembly">Path of its file.</param>
    /// <param name="root">The namespace that all of the project's own begin with.</param>
    public static FolderGraph Read(string assembly, string root)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return new FolderGraph(module, root);
    }

    /// <summary>Groups of namespaces that reach each other, each group in full; none when there is an order of all.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Circles()
    {
        var reach = _edges.Keys.ToDictionary(n => n, Reach, StringComparer.Ordinal);
        return [.. _edges.Keys
            .Where(n => reach[n].Contains(n))
            .GroupBy(n => string.Join('\n', reach[n].Where(o => reach.TryGetValue(o, out var back) && back.Contains(n))), StringComparer.Ordinal)
            .Select(g => (IReadOnlyList<string>)[.. g])];
    }

    /// <summary>The circles in words: every edge inside of one, with types that make it.</summary>
    public IEnumerable<string> Describe() =>
        from circle in Circles()
        from folder in circle
        from edge in _edges[folder]
        where circle.Contains(edge.Key, StringComparer.Ordinal)
        select $"{Short(folder)} -> {Short(edge.Key)}: {edge.Value}";

    private string Short(string name) => name.Length == _root.Length ? "." : name[(_root.Length + 1)..];

    private SortedSet<string> Reach(string from)
    {
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var next))
        {
            foreach (var to in _edges.GetValueOrDefault(next)?.Keys ?? Enumerable.Empty<string>())
            {
                if (seen.Add(to))
                {
                    open.Push(to);
                }
            }
        }

        return seen;
    }

    private void Add(TypeReference from, TypeReference to)
    {
        if (NamespaceOf(from) is { } source && NamespaceOf(to) is { } target && source != target)
        {
            if (!_edges.TryGetValue(source, out var targets))
            {
                _edges.Add(source, targets = new SortedDictionary<string, string>(StringComparer.Ordinal));
            }

            targets.TryAdd(target, $"{Outermost(from).Name} names {Outermost(to).Name}");
        }
    }

    /// <summary>Null for a type of another assembly, and for what the compiler puts beside the project's namespaces.</summary>
    private string? NamespaceOf(TypeReference type)
    {
        var name = Outermost(type).Namespace;
        return type.Scope == _module && (name == _root || name.StartsWith(_root + ".", StringComparison.Ordinal)) ? name : null;
    }

    private static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static IEnumerable<TypeReference?> Uses(TypeDefinition type)
    {
        var members = type.Fields.Cast<ICustomAttributeProvider>().Concat(type.Properties).Concat(type.Events).Concat(type.Methods).Append(type);
        return type.Interfaces.Select(i => i.InterfaceType)
            .Append(type.BaseType)
            .Concat(Constraints(type))
            .Concat(members.SelectMany(Attributes))
            .Concat(type.Fields.Select(f => f.FieldType))
            .Concat(type.Properties.Select(p => p.PropertyType))
            .Concat(type.Events.Select(e => e.EventType))
            .Concat(type.Methods.SelectMany(Uses));
    }

    private static IEnumerable<TypeReference?> Uses(MethodDefinition method)
    {
        var declared = Signature(method).Concat(Constraints(method)).Concat(method.Parameters.SelectMany(Attributes)).Concat(Attributes(method.MethodReturnType));
        return !method.HasBody
            ? declared
            : declared.Concat(method.Body.Variables.Select(v => v.VariableType))
                .Concat(method.Body.ExceptionHandlers.Select(h => h.CatchType))
                .Concat(method.Body.Instructions.SelectMany(i => Operand(i.Operand)));
    }

    private static IEnumerable<TypeReference?> Operand(object? operand) => operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod generic => Signature(generic).Concat(generic.GenericArguments),
        MethodReference method => Signature(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
        method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType).Append(method.DeclaringType);

    private static IEnumerable<TypeReference?> Constraints(IGenericParameterProvider owner) =>
        owner.GenericParameters.SelectMany(p => p.Constraints.Select(c => c.ConstraintType));

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider owner) =>
        owner.CustomAttributes.SelectMany(a => a.ConstructorArguments
            .Concat(a.Properties.Select(p => p.Argument)).Concat(a.Fields.Select(f => f.Argument))
            .SelectMany(v => new[] { v.Type, v.Value as TypeReference })
            .Append(a.AttributeType));

    /// <summary>A type without arrays, references and arguments, and what stood in them.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts)),
        FunctionPointerType pointer => Parts(pointer.ReturnType).Concat(pointer.Parameters.SelectMany(p => Parts(p.ParameterType))),
        IModifierType modified => Parts(modified.ElementType).Concat(Parts(modified.ModifierType)),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
