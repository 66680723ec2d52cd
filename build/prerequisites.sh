# Sourced by ./run and ./test: installs what is missing from Debian, saying in one line what and why.
# need <command-or-file> <package> <why>: notes the package when neither a command nor a file of that name exists.
missing=() as_root=''
[ "$(id -u)" -eq 0 ] || as_root='sudo'
need() {
  if ! command -v "$1" >/dev/null 2>&1 && [ ! -e "$1" ]; then
    missing+=("$2")
    echo "mingjian: installing $2 ($3)"
  fi
}

install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# unpack <program> <package> <why>: one program out of a Debian package, below artifacts/tools; nothing is installed, so that no service starts.
unpack() {
  local tools=artifacts/tools
  ! command -v "$1" >/dev/null 2>&1 && [ ! -x "$tools/usr/bin/$1" ] || return 0
  echo "mingjian: fetching $1 from Debian's package $2 ($3); not installed, because the package would start a service"
  mkdir -p "$tools" && (
    cd "$tools" && rm -f "$2"_*.deb
    apt-get download -qq "$2" >/dev/null 2>&1 || { $as_root apt-get update -qq && apt-get download -qq "$2"; }
    dpkg-deb -x "$2"_*.deb . && rm -f "$2"_*.deb
  )
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true

if ! command -v dotnet >/dev/null 2>&1; then
  echo 'mingjian: the .NET 10 SDK is needed (https://dotnet.microsoft.com/download/dotnet/10.0), and was not found on the PATH.' >&2
  exit 1
fi
