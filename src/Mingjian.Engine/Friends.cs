using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Mingjian.Bench")]
[assembly: InternalsVisibleTo("Mingjian.Engine.Tests")]
[assembly: InternalsVisibleTo("Mingjian.Formats.Tests")]
[assembly: InternalsVisibleTo("Mingjian.Simulation.Tests")]
