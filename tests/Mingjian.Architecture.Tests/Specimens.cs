namespace Mingjian.Architecture.Tests;

/// <summary>Code that a contract must not contain, one kind a type, for <see cref="DeterminismTests"/> to find.</summary>
internal static class Specimens
{
    internal sealed class Field
    {
        internal double Value = 1;
    }

    internal static class Literal
    {
        internal static long Run(object sink) => sink.Equals(0.5) ? 1 : 2;
    }

    internal static class Cast
    {
        internal static long Run(long value) => (long)((double)value * value);
    }

    internal static class Parameter
    {
        internal static bool Run(float value) => value > 0;
    }

    internal static class Local
    {
        internal static long Run(long value)
        {
            decimal exact = value;
            exact /= 3;
            return (long)exact;
        }
    }

    internal static class Generic
    {
        internal static object Run() => new List<double>();
    }

    internal static class Clock
    {
        internal static long Run() => DateTime.UtcNow.Ticks;
    }

    internal static class Hash
    {
        internal static int Run(object value) => value.GetHashCode();
    }

    internal static class Async
    {
        internal static async Task<int> Run(Task<int> value) => await value;
    }

    internal static class Files
    {
        internal static bool Run() => File.Exists("x");
    }

    internal static class HashOrder
    {
        internal static int Run() => new Dictionary<int, int>().Count;
    }
}
