using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Mingjian.Engine.Tests")]
