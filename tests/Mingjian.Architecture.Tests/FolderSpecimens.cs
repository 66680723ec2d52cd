// Namespaces for FolderTests: a ring of three, and one that names eleven others, each in its own way. Together in one file, because each alone says nothing.
#pragma warning disable CS0649, IDE0161, CA1812
namespace Mingjian.Architecture.Tests.Folders.One
{
    internal sealed class First
    {
        internal Two.Second? Next;
    }
}

namespace Mingjian.Architecture.Tests.Folders.Two
{
    internal sealed class Second
    {
        internal Three.Third? Next;
    }
}

namespace Mingjian.Architecture.Tests.Folders.Three
{
    internal sealed class Third
    {
        internal One.First? Next;
    }
}

namespace Mingjian.Architecture.Tests.Folders.User
{
    [Used.Mark.Name]
    internal sealed class Uses : Used.Base.Name
    {
        private readonly Used.Field.Name? _field;

        internal static Used.Result.Name? Run(Used.Parameter.Name? parameter, List<Used.Argument.Name> several, Used.Element.Name[] array)
        {
            try
            {
                return parameter is null ? null : Used.Body.Name.Make(several.Count + array.Length);
            }
            catch (Used.Caught.Name)
            {
                return null;
            }
        }

        internal static void Bound<T>()
            where T : Used.Constraint.Name
        {
        }

        [Used.Mark.Name(Type = typeof(Used.Typeof.Name))]
        internal Used.Field.Name? Read() => _field;
    }
}

namespace Mingjian.Architecture.Tests.Folders.Used.Argument
{
    internal sealed class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Base
{
    internal abstract class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Body
{
    internal static class Name
    {
        internal static Result.Name? Make(int count) => count > 0 ? new Result.Name() : null;
    }
}

namespace Mingjian.Architecture.Tests.Folders.Used.Caught
{
    internal sealed class Name : Exception;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Constraint
{
    internal abstract class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Element
{
    internal sealed class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Field
{
    internal sealed class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Mark
{
    [AttributeUsage(AttributeTargets.All)]
    internal sealed class Name : Attribute
    {
        public Type? Type { get; set; }
    }
}

namespace Mingjian.Architecture.Tests.Folders.Used.Parameter
{
    internal sealed class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Result
{
    internal sealed class Name;
}

namespace Mingjian.Architecture.Tests.Folders.Used.Typeof
{
    internal sealed class Name;
}
