using BenchmarkDotNet.Running;

// dotnet run -c Release --project benchmarks/Mingjian.Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
